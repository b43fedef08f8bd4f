// Shows the document that the page names. A token, pasted or got by logging in under "Authorize", is forgotten when the page is left.
"use strict";

const place = document.getElementById("docs");
const client = place.dataset.client;

const ui = SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  tryItOutEnabled: true,
  displayOperationId: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  showExtensions: false,
  persistAuthorization: false,
  validatorUrl: null, // no stranger is asked
  queryConfigEnabled: false, // an address cannot name another document
  oauth2RedirectUrl: new URL("oauth2-redirect.html", location.href).href,
  onComplete: () => {
    const title = ui.specSelectors.info().get("title");
    if (title) document.title = title;
  },
});

if (client) ui.initOAuth({ clientId: client, usePkceWithAuthorizationCodeGrant: true });

// The page to which the issuer sends the browser back says here what came of the log-in that this page began, and of no other.
new BroadcastChannel("vade-docs-oauth2").onmessage = (event) => {
  const began = window.swaggerUIRedirectOauth2;
  const answer = new URLSearchParams(event.data);
  if (!began || !began.state || answer.get("state") !== began.state) return;
  delete began.state;
  if (answer.get("code")) {
    began.auth.code = answer.get("code");
    began.callback({ auth: began.auth, redirectUrl: began.redirectUrl });
    return;
  }
  began.errCb({
    authId: began.auth.name, source: "auth", level: "error",
    message: answer.get("error_description") || answer.get("error") || "The issuer answered without a code.",
  });
};
