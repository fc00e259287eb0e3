// Printing is a comfort: the codes can also be saved, copied or written down.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// The page came by POST: reloading it must not send the form again.
history.replaceState(null, "", location.href);
