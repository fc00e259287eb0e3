// Copying by a button is a comfort: the lines can be chosen and copied by hand as well.
for (const button of document.querySelectorAll("[data-copies]")) {
  const told = button.parentElement.querySelector(".told");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent).then(
    () => { told.textContent = "Copied"; },
    () => { told.textContent = "Your browser did not allow that: choose the lines and copy them"; },
  ));
}
