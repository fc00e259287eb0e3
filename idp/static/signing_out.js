// On, once every frame has loaded, and after three seconds in any case: one of them may never answer.
const onward = document.querySelector("[data-onward]");
let gone = false;

function go() {
  if (gone) return;
  gone = true;
  location.replace(onward.href);
}

addEventListener("load", go);
setTimeout(go, 3000);
