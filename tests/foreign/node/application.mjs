// An application on openid-client. It says where its customer's browser is to go, one address a line, and reads where that
// ended; when all is well it prints what it learnt as its last line. ISSUER and TOKEN (initial access) are its environment.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { createInterface } from "node:readline/promises";
import * as oidc from "openid-client";

// Node 18, which stable systems have, knows these by other names.
globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;

const CALLBACK = "https://ledger.example/callback";
const GOODBYE = "https://ledger.example/goodbye";
const SCOPE = "openid profile email";
const issuer = new URL(process.env.ISSUER);
const options = { initialAccessToken: process.env.TOKEN, execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] };
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");
const metadata = {
  client_name: "Ledger",
  redirect_uris: [CALLBACK],
  post_logout_redirect_uris: [GOODBYE],
  grant_types: ["authorization_code", "refresh_token"],
  scope: SCOPE,
};

async function browse(url) {
  say({ go: url.href });
  return new URL((await lines.next()).value);
}

function register(more, authentication) {
  return oidc.dynamicClientRegistration(issuer, { ...metadata, ...more }, authentication, options);
}

async function asks() {
  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState() };
  checks.expectedNonce = oidc.randomNonce();
  const parameters = {
    redirect_uri: CALLBACK,
    scope: SCOPE,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
  };
  return { checks, parameters };
}

async function usesTokens(config, tokens, proof) {
  const subject = tokens.claims().sub;
  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token, {}, proof);
  assert.notEqual(renewed.access_token, tokens.access_token);
  assert.equal(renewed.claims().sub, subject);
  assert.equal(renewed.claims().auth_time, tokens.claims().auth_time);
  const person = await oidc.fetchUserInfo(config, renewed.access_token, subject, proof);
  return { renewed, person };
}

async function signsOut(config, tokens) {
  const left = await browse(
    oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: GOODBYE, id_token_hint: tokens.id_token, state: "bye" }),
  );
  assert.equal(left.href, `${GOODBYE}?state=bye`);
}

async function asksSigned(config, key, proof) {
  const { checks, parameters } = await asks();
  const signed = await oidc.buildAuthorizationUrlWithJAR(config, parameters, key);
  const answer = await browse(await oidc.buildAuthorizationUrlWithPAR(config, signed.searchParams, proof));
  return oidc.authorizationCodeGrant(config, answer, checks, {}, proof);
}

async function withASecret() {
  const config = await register({}, oidc.ClientSecretBasic());
  const { checks, parameters } = await asks();
  const answer = await browse(oidc.buildAuthorizationUrl(config, parameters));
  const tokens = await oidc.authorizationCodeGrant(config, answer, checks);
  const { renewed, person } = await usesTokens(config, tokens);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
  assert.equal((await oidc.tokenIntrospection(config, renewed.access_token)).active, true);
  await oidc.tokenRevocation(config, renewed.access_token);
  assert.equal((await oidc.tokenIntrospection(config, renewed.access_token)).active, false);
  await signsOut(config, renewed);
  await assert.rejects(oidc.refreshTokenGrant(config, renewed.refresh_token), { error: "invalid_grant" });
  return { person, type: renewed.token_type };
}

async function withProofs() {
  const keys = await oidc.randomDPoPKeyPair("ES256");
  const own = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const jwk = { ...(await crypto.subtle.exportKey("jwk", own.publicKey)), kid: "ledger", alg: "ES256", use: "sig" };
  const key = { key: own.privateKey, kid: jwk.kid };
  const config = await register({ profile: "fapi2", userinfo_signed_response_alg: "ES256", jwks: { keys: [jwk] } }, oidc.PrivateKeyJwt(key));
  const proof = { DPoP: oidc.getDPoPHandle(config, keys) };
  const { checks, parameters } = await asks();
  const pushed = await oidc.buildAuthorizationUrlWithPAR(config, parameters, proof);
  assert.deepEqual([...pushed.searchParams.keys()].sort(), ["client_id", "request_uri"]);
  const tokens = await oidc.authorizationCodeGrant(config, await browse(pushed), checks, {}, proof);
  const { renewed, person } = await usesTokens(config, tokens, proof);
  await assert.rejects(oidc.fetchUserInfo(config, renewed.access_token, person.sub), { status: 401 });
  const again = await asksSigned(config, key, proof);
  assert.equal(again.claims().sub, person.sub);
  await signsOut(config, renewed);
  return { person, type: renewed.token_type };
}

say({ secret: await withASecret(), proofs: await withProofs() });
process.exit(0);
