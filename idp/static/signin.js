// Everything here is a comfort: the page does its whole work without it.
const password = document.getElementById("password");
const show = document.querySelector("[data-show]");
const caps = document.querySelector("[data-caps]");
const form = password.form;
let sent = false;

const words = {
  password: [show.textContent, show.ariaLabel],
  text: [show.dataset.hide, show.dataset.hideName],
};

show.hidden = false;
show.addEventListener("click", () => {
  password.type = password.type === "password" ? "text" : "password";
  [show.textContent, show.ariaLabel] = words[password.type];
});

form.addEventListener("keyup", (event) => {
  const on = event.getModifierState?.("CapsLock") ?? false;
  const text = on ? caps.dataset.caps : "";
  // A live region speaks at every write, so it is written only when the state changes.
  if (caps.textContent !== text) caps.textContent = text;
});

form.addEventListener("submit", (event) => {
  if (sent) return event.preventDefault();
  sent = true;
  // Browsers offer to keep, and some remember as text, what stands in a text field.
  password.type = "password";
  form.querySelector(".button").setAttribute("aria-disabled", "true");
});

// The answer to a wrong password came by POST: reloading it, or going back to it, would send that password again.
history.replaceState(null, "", location.href);

// A page brought back from the history must be usable again.
addEventListener("pageshow", () => {
  sent = false;
  form.querySelector(".button").removeAttribute("aria-disabled");
});
