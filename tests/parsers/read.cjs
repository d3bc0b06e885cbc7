// Reads mails with mailparser: one base64 line in, one line of JSON out, in the same order.
const readline = require("node:readline");
const { simpleParser } = require("mailparser");

const plain = { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true };

async function read(raw) {
  const mail = await simpleParser(Buffer.from(raw, "base64"), plain);
  const addresses = (field) => (field ? field.value.map((each) => each.address) : []);
  return {
    headers: mail.headerLines.map((line) => line.key),
    from: addresses(mail.from),
    to: addresses(mail.to),
    cc: addresses(mail.cc),
    bcc: addresses(mail.bcc),
    replyTo: addresses(mail.replyTo),
    subject: mail.subject,
    messageId: mail.messageId,
    text: mail.text,
    html: mail.html,
    attachments: mail.attachments.map((part) => ({
      type: part.contentType,
      disposition: part.contentDisposition,
      method: part.headers.get("content-type").params.method,
      content: part.content.toString("utf-8"),
    })),
  };
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await read(line)) + "\n");
  }
})();
