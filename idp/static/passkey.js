// Passkeys: the browser asks their owner, this carries question and answer. The server decides everything.
const form = document.querySelector(".ceremony");
const BINARY = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
// A challenge is good for five minutes, and a page may stand open for hours.
const RENEWED_AFTER = 270_000;
let quiet = { stop: () => {}, done: Promise.resolve() };

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
const read = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  user: options.user && { ...options.user, id: bytes(options.user.id) },
  allowCredentials: known(options.allowCredentials),
  excludeCredentials: known(options.excludeCredentials),
});

function written({ id, rawId, type, response }, clientExtensionResults) {
  const given = BINARY.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(given), clientExtensionResults });
}

function say(name, value) {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
  form.append(field);
}

async function ceremony(how) {
  const fields = new URLSearchParams(new FormData(form));
  if (how.mediation) fields.set("unasked", "1");
  const options = await fetch(`${form.action}/options`, { method: "POST", body: fields });
  if (!options.ok) {
    // Sent without an answer, the form brings the page that fits by now.
    if (!how.mediation) form.submit();
    return;
  }
  const credential = await navigator.credentials[form.dataset.does]({ publicKey: read(await options.json()), ...how });
  form.elements.credential.value = written(credential, credential.getClientExtensionResults());
  if (how.mediation) say("unasked", "1");
  if (document.querySelector("[name=shared]:checked")) say("shared", "1");
  form.submit();
}

function offer() {
  const renewal = new AbortController();
  const timer = setTimeout(() => {
    renewal.abort();
    offer();
  }, RENEWED_AFTER);
  const stop = () => {
    clearTimeout(timer);
    renewal.abort();
  };
  quiet = { stop, done: ceremony({ mediation: "conditional", signal: renewal.signal }).catch(() => {}) };
}

async function press() {
  const said = form.querySelector("[role=status]");
  said.textContent = "";
  quiet.stop();
  await quiet.done;
  try {
    await ceremony({});
  } catch (error) {
    const why = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" }[error.name] ?? "failed";
    said.textContent = form.dataset[why];
    begin();
  }
}

async function begin() {
  const can = await PublicKeyCredential.getClientCapabilities?.();
  if ("autofill" in form.dataset && (await PublicKeyCredential.isConditionalMediationAvailable?.())) offer();
  if ("unasked" in form.dataset && can?.conditionalCreate) offer();
}

function prepare() {
  const button = form.querySelector(".button");
  let busy = false;
  form.hidden = "unasked" in form.dataset;
  document.querySelector("[data-without]")?.remove();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    button.setAttribute("aria-disabled", "true");
    await press();
    busy = false;
    button.removeAttribute("aria-disabled");
  });
  begin();
}

async function tell() {
  const { unknown, accepted, rp: rpId, handle: userId } = document.querySelector("[data-rp]")?.dataset ?? {};
  if (unknown) await PublicKeyCredential.signalUnknownCredential?.({ rpId, credentialId: unknown });
  if (accepted !== undefined) {
    const allAcceptedCredentialIds = accepted.split(" ").filter(Boolean);
    await PublicKeyCredential.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds });
  }
}

// Reloading, or going back to, the answer to a passkey would send it again.
history.replaceState(null, "", location.href);
if (window.PublicKeyCredential) {
  if (form) prepare();
  tell().catch(() => {});
}
