// Session Management 1.0, 3.2: "client_id session_state" is answered by "unchanged", "changed" or "error".
const cookie = `${document.documentElement.dataset.cookie}=`;

function browserState() {
  const found = document.cookie.split("; ").find((one) => one.startsWith(cookie));
  return found?.slice(cookie.length) ?? "";
}

async function verdict(said, origin) {
  const [clientId, sessionState, ...more] = String(said).split(" ");
  const [digest, salt, ...rest] = (sessionState ?? "").split(".");
  if (!clientId || !digest || !salt || more.length || rest.length) return "error";
  const state = browserState();
  // A browser that withholds our cookies here tells nothing: "changed" would have the client ask us again, for ever.
  if (!state && (await document.hasStorageAccess?.()) === false) return "error";
  const text = new TextEncoder().encode(`${clientId} ${origin} ${state} ${salt}`);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  const found = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return found === digest ? "unchanged" : "changed";
}

addEventListener("message", async ({ data, origin, source }) => {
  // A frame without an origin is no client's, and could not be told apart from any other.
  if (origin === "null") return;
  source.postMessage(await verdict(data, origin).catch(() => "error"), origin);
});
