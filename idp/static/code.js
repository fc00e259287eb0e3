// Everything here is a comfort: the page does its whole work without it.
const code = document.getElementById("code");
const form = code.form;
let sent = false;

form.addEventListener("submit", (event) => {
  if (sent) return event.preventDefault();
  sent = true;
  form.querySelector(".button").setAttribute("aria-disabled", "true");
});

// Reloading, or going back to, the answer to a wrong code would send that code again.
history.replaceState(null, "", location.href);

addEventListener("pageshow", () => {
  sent = false;
  form.querySelector(".button").removeAttribute("aria-disabled");
});
