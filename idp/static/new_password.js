// Says how strong a new password is while it is typed. The server judges again when it is sent.
const field = document.getElementById("password");
const told = document.querySelector("[data-strength]");
const PAUSE = 400;
let asked = 0;
let timer;

async function judge() {
  const mine = ++asked;
  const form = new FormData(field.form);
  const kept = ["csrf_token", "username_shown", "brand"].map((name) => [name, form.get(name) ?? ""]);
  const body = new URLSearchParams([...kept, ["password", field.value]]);
  try {
    const answer = await fetch(told.dataset.strength, { method: "POST", body });
    // Of several questions under way only the last one counts, and without an answer nothing is said.
    if (!answer.ok || mine !== asked) return;
    const { good, text } = await answer.json();
    told.textContent = good ? told.dataset.good : text;
    told.classList.toggle("good", good);
  } catch {
    told.textContent = "";
  }
}

field.addEventListener("input", () => {
  clearTimeout(timer);
  if (field.value) timer = setTimeout(judge, PAUSE);
  else told.textContent = "";
});
