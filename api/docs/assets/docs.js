// Shows the document that the page names. A bearer token goes into "Authorize"; it is forgotten when the page is left.
"use strict";

const place = document.getElementById("docs");

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
  onComplete: () => {
    const title = ui.specSelectors.info().get("title");
    if (title) document.title = title;
  },
});
