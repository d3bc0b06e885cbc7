"""Every public page that the browser tests visit. A room that lands a page adds it here."""

GUIDE = "/guides/tpm-vs-product-vs-project-manager/"

# path → the status it answers with
PUBLIC = {
    "/": 200,
    GUIDE: 200,
    "/guides/": 200,
    "/roles/technical-program-manager/": 200,
    "/privacy/": 200,
    "/quiz/": 200,
    "/quiz/deleted/": 200,
    "/coaches/": 200,
    "/book/": 200,
    "/book/career-consultation/?place=London": 200,
    "/book/career-consultation/?tz=America/Chicago": 200,
    "/book/mock-tpm-interview/?tz=Asia/Kolkata": 200,
    "/booking/find/": 200,
    "/booking/no-such-token-no-such-token-1234/": 404,
    "/subscribe/": 200,
    "/subscribe/thanks/": 200,
    "/contact/": 200,
    "/form/received/": 200,
    "/my-data/": 200,
    "/my-data/?sent=1": 200,
    "/no-such-page/": 404,
}

# Pages for tests only: every component, with and without errors, and each error page.
KITCHEN = {
    "/kitchen/": 200,
    "/kitchen/errors/": 200,
    **{f"/kitchen/{code}/": 200 for code in (400, 403, 413, 429, 500, 503)},
}
