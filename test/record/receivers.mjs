/**
 * Who receives the recorded mail, and how each answers: domains, MX hosts,
 * addresses on loopback, and replies with the share of sessions they hit and the
 * part of the recording they hold for. Replies have the form of those in the
 * receivers' public documents; addresses in them are from documentation ranges.
 */

/**
 * @typedef {object} Habit
 * @property {"connect"|"mail"|"rcpt"|"data"} phase where in the session it answers
 * @property {number} share of the sessions or recipients that meet it, 0 to 1
 * @property {(string|Buffer)[]} reply lines of the answer; "DROP" closes the connection, "HANG" says nothing
 * @property {[number, number][]} [during] parts of the recording, each from 0 to 1; always when absent
 * @property {string} [binding] only for this binding
 */

/** @type {{ name: string, domains: string[], mx: string[], habits: Habit[], weight: number, greylists?: boolean, closed?: boolean }[]} */
export const RECEIVERS = [
  {
    name: "gmail",
    domains: ["gmail.com", "googlemail.com", "shop.example"],
    mx: ["gmail-smtp-in.l.google.com", "alt1.gmail-smtp-in.l.google.com"],
    weight: 28,
    habits: [
      {
        phase: "data",
        share: 0.9,
        during: [
          [0.15, 0.25],
          [0.6, 0.66],
        ],
        reply: [
          "421-4.7.28 [192.0.2.10] Gmail has detected an unusual rate of unsolicited mail",
          "421-4.7.28 originating from your IP address. To protect our users from spam,",
          "421 4.7.28 mail has been temporarily rate limited. a1-20.12 - gsmtp",
        ],
      },
      {
        phase: "rcpt",
        share: 0.04,
        reply: [
          "550-5.1.1 The email account that you tried to reach does not exist. Please try",
          "550-5.1.1 double-checking the recipient's email address for typos.",
          "550 5.1.1 https://support.google.com/mail/?p=NoSuchUser g7-1.3 - gsmtp",
        ],
      },
      {
        phase: "rcpt",
        share: 0.02,
        reply: [
          "452-4.2.2 The recipient's inbox is out of storage space.",
          "452 4.2.2 https://support.google.com/mail/?p=OverQuotaTemp f6-2.9 - gsmtp",
        ],
      },
      {
        phase: "rcpt",
        share: 0.02,
        reply: [
          "450-4.2.1 The user you are trying to contact is receiving email at a rate that",
          "450 4.2.1 prevents additional messages from being delivered. d4-7.1 - gsmtp",
        ],
      },
      {
        phase: "connect",
        share: 0.01,
        reply: ["421 4.7.0 Try again later, closing connection. h8-4.4 - gsmtp"],
      },
      {
        phase: "data",
        share: 0.5,
        binding: "b4",
        during: [[0.7, 0.8]],
        reply: [
          "550-5.7.25 [198.51.100.7] This message was blocked because the sending IP address",
          "550 5.7.25 doesn't have a PTR record. e5-3.3 - gsmtp",
        ],
      },
    ],
  },
  {
    name: "outlook",
    domains: ["outlook.com", "hotmail.com", "live.com"],
    mx: ["outlook-com.olc.protection.outlook.com"],
    weight: 20,
    habits: [
      {
        phase: "mail",
        share: 0.8,
        during: [
          [0.3, 0.38],
          [0.75, 0.8],
        ],
        reply: [
          "451 4.7.650 The mail server [192.0.2.20] has been temporarily rate limited due to IP reputation. For e-mail delivery information see https://aka.ms/postmaster (S775) [EX1.prod.outlook.com]",
        ],
      },
      {
        phase: "mail",
        share: 0.02,
        reply: [
          "451 4.7.652 The mail server [192.0.2.20] has exceeded the maximum number of connections. (S3115)",
        ],
      },
      {
        phase: "mail",
        share: 0.9,
        binding: "b3",
        during: [[0.5, 0.55]],
        reply: [
          "550 5.7.1 Unfortunately, messages from [192.0.2.21] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
        ],
      },
      {
        phase: "rcpt",
        share: 0.04,
        reply: ["550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)."],
      },
      {
        phase: "data",
        share: 0.01,
        reply: [
          "550 5.7.515 Access denied, sending domain EXAMPLE.COM does not meet the required authentication level.",
        ],
      },
    ],
  },
  {
    name: "microsoft365",
    domains: ["contoso.example", "fabrikam.example"],
    mx: ["contoso-example.mail.protection.outlook.com"],
    weight: 8,
    habits: [
      {
        phase: "rcpt",
        share: 0.8,
        during: [[0.4, 0.45]],
        reply: [
          "451 4.7.500 Server busy. Please try again later from [192.0.2.20]. (AS77761) [EX2.prod.protection.outlook.com]",
        ],
      },
      {
        phase: "rcpt",
        share: 0.05,
        reply: ["550 5.4.1 Recipient address rejected: Access denied. [EX3.prod.protection.outlook.com]"],
      },
    ],
  },
  {
    name: "yahoo",
    domains: ["yahoo.com", "aol.com", "ymail.com"],
    mx: ["mta5.am0.yahoodns.net", "mta7.am0.yahoodns.net"],
    weight: 14,
    habits: [
      {
        phase: "connect",
        share: 0.85,
        during: [
          [0.2, 0.3],
          [0.85, 0.88],
        ],
        reply: [
          "421 4.7.0 [TSS04] Messages from 192.0.2.40 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes",
        ],
      },
      {
        phase: "data",
        share: 0.02,
        reply: [
          "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes",
        ],
      },
      {
        phase: "rcpt",
        share: 0.03,
        reply: ["554 delivery error: dd This user doesn't have a yahoo.com account (u@yahoo.com) [0]"],
      },
      {
        phase: "connect",
        share: 1,
        binding: "b4",
        during: [[0.5, 0.6]],
        reply: [
          "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.42, because the ip is in Spamhaus's list; see https://postmaster.yahooinc.com/550-bl23",
        ],
      },
    ],
  },
  {
    name: "icloud",
    domains: ["icloud.com", "me.com"],
    mx: ["mx01.mail.icloud.com"],
    weight: 6,
    habits: [
      {
        phase: "mail",
        share: 0.6,
        during: [[0.45, 0.5]],
        reply: [
          "421 4.7.1 Messages to user@icloud.com deferred due to excessive volume. Try again later - https://support.apple.com/en-us/102322",
        ],
      },
      {
        phase: "data",
        share: 0.02,
        reply: [
          "554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/102322",
        ],
      },
      { phase: "rcpt", share: 0.03, reply: ["552 5.2.2 <user@icloud.com>: user is over quota"] },
    ],
  },
  {
    name: "comcast",
    domains: ["comcast.net"],
    mx: ["mx1.comcast.net"],
    weight: 4,
    habits: [
      {
        phase: "mail",
        share: 0.7,
        during: [[0.1, 0.15]],
        reply: [
          "421 4.1.0 192.0.2.50 Throttled - try again later. Please see https://postmaster.comcast.net/smtp-error-codes.php#RL000003",
        ],
      },
      {
        phase: "connect",
        share: 0.03,
        reply: ["421 resimta-a1p-1.sys.comcast.net comcast 192.0.2.50 Too many sessions opened"],
      },
    ],
  },
  {
    name: "gmx",
    domains: ["gmx.net", "web.de"],
    mx: ["mx00.gmx.net"],
    weight: 4,
    habits: [
      {
        phase: "connect",
        share: 1,
        binding: "b4",
        reply: [
          "554-gmx.net (mxgmx104) Nemesis ESMTP Service not available",
          "554-No SMTP service",
          "554-IP address is block listed.",
          "554 For explanation visit https://postmaster.gmx.net/en/error-messages?ip=192.0.2.60&c=bl",
        ],
      },
      { phase: "rcpt", share: 0.04, reply: ["550 Requested action not taken: mailbox unavailable"] },
    ],
  },
  {
    name: "telekom",
    domains: ["t-online.de"],
    mx: ["mx00.t-online.de"],
    weight: 2,
    habits: [
      {
        phase: "connect",
        share: 1,
        binding: "b4",
        reply: [
          "554 IP=198.51.100.60 - None/bad reputation. Ask your postmaster for help or to contact tosa@rx.t-online.de for clearance. (NOWL)",
        ],
      },
    ],
  },
  {
    name: "orange",
    domains: ["orange.fr", "wanadoo.fr"],
    mx: ["smtp-in.orange.fr"],
    weight: 3,
    habits: [
      {
        phase: "connect",
        share: 0.4,
        during: [[0.3, 0.5]],
        reply: [
          "421 mwinf5c01 ME Trop de connexions, veuillez vérifier votre configuration. Too many connections, slow down. OFR004_104 [104]",
        ],
      },
      {
        phase: "mail",
        share: 0.05,
        reply: [
          Buffer.from(
            "421 mwinf5c77 ME Service refusé. Veuillez essayer plus tard. Service refused, please try later. OFR_999 [999]",
            "latin1",
          ),
        ],
      },
    ],
  },
  {
    name: "qq",
    domains: ["qq.com"],
    mx: ["mx1.qq.com"],
    weight: 2,
    habits: [
      {
        phase: "rcpt",
        share: 0.5,
        during: [[0.6, 0.75]],
        reply: [
          "550 Ip frequency limited [Blocked IP 192.0.2.70]. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022",
        ],
      },
      {
        phase: "data",
        share: 0.05,
        reply: ["550 Mail content denied. http://service.mail.qq.com/detail/0/1000726"],
      },
    ],
  },
  {
    name: "mailru",
    domains: ["mail.ru"],
    mx: ["mxs.mail.ru"],
    weight: 2,
    habits: [
      {
        phase: "data",
        share: 0.1,
        reply: [
          "550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=x9 or report details to abuse@corp.mail.ru",
        ],
      },
    ],
  },
  {
    name: "proofpoint",
    domains: ["corp.example"],
    mx: ["mxa-00112233.gslb.pphosted.com"],
    weight: 2,
    habits: [
      {
        phase: "connect",
        share: 0.5,
        binding: "b3",
        reply: ["554 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.80"],
      },
    ],
  },
  {
    name: "mimecast",
    domains: ["lawyers.example"],
    mx: ["eu-smtp-inbound-1.mimecast.com"],
    weight: 2,
    habits: [
      {
        phase: "rcpt",
        share: 0.3,
        reply: [
          "451 Internal resources are temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451 [Qx1.uk3]",
        ],
      },
    ],
  },
  {
    name: "greylisting",
    domains: ["grey.example", "university.example"],
    mx: ["mx.grey.example"],
    weight: 5,
    greylists: true,
    habits: [],
  },
  {
    name: "generic",
    domains: ["example.org", "small.example", "bakery.example", "club.example"],
    mx: ["mail.example.org"],
    weight: 8,
    habits: [
      {
        phase: "connect",
        share: 0.6,
        during: [[0.35, 0.42]],
        reply: ["421 4.3.2 Service unavailable, try again later"],
      },
      {
        phase: "rcpt",
        share: 0.06,
        reply: [
          "550 5.1.1 <user@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
        ],
      },
      { phase: "rcpt", share: 0.02, reply: ["554 5.7.1 <user@example.org>: Relay access denied"] },
      {
        phase: "mail",
        share: 0.02,
        reply: ["450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.90]"],
      },
    ],
  },
  {
    name: "dropping",
    domains: ["drop.example"],
    mx: ["mx.drop.example"],
    weight: 2,
    habits: [
      { phase: "data", share: 0.3, reply: ["DROP"] },
      { phase: "connect", share: 0.3, reply: ["DROP"] },
      { phase: "mail", share: 0.2, reply: ["HANG"] },
    ],
  },
  {
    name: "closed",
    domains: ["closed.example"],
    mx: ["mx.closed.example"],
    weight: 1,
    habits: [],
    closed: true,
  },
]

/** A domain that the name service does not know. */
export const UNKNOWN_DOMAIN = "nowhere.example"

export const BINDINGS = ["b1", "b2", "b3", "b4"]

/**
 * Each MX host has an address of its own on loopback: 127.0.10.1, 127.0.10.2, …
 * @type {Map<string, string>}
 */
export const MX_ADDRESS = new Map(
  RECEIVERS.flatMap(({ mx }) => mx).map((name, i) => [name, `127.0.10.${i + 1}`]),
)

/** Each binding sends from an address of its own: 127.0.1.1, … */
export const BINDING_ADDRESS = new Map(BINDINGS.map((binding, i) => [binding, `127.0.1.${i + 1}`]))
