/** The tabs of the first visit. Each runs as it stands on the demo data; a tab is named after its operation. */
export const queries: { query: string; variables?: string }[] = [
  {
    query: /* GraphQL */ `# Welcome to Kontor. Sign in above,
# then press the play button (Ctrl-Enter).
# Ctrl-Space offers what fits.
query Accounts {
  accounts(first: 10, orderBy: [{ annualRevenue: DESC_NULLS_LAST }]) {
    totalCount
    nodes {
      name
      industry
      city
      country
      annualRevenue
      owner { firstName lastName }
      contacts(first: 3, orderBy: [{ lastName: ASC }]) {
        totalCount
        nodes { name jobTitle email }
      }
    }
  }
}
`,
  },
  {
    query: /* GraphQL */ `# Open opportunities, the biggest first,
# with what they are worth at their probability.
query Pipeline {
  opportunities(
    filter: { status: { eq: OPEN } }
    orderBy: [{ amount: DESC_NULLS_LAST }]
    first: 10
  ) {
    totalCount
    nodes {
      name
      amount
      currency
      probability
      weightedAmount
      expectedCloseDate
      stage { name }
      account { name city }
      owner { firstName lastName }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    query: /* GraphQL */ `# Tickets that nobody has closed yet,
# with the customer and who looks after it.
query Tickets($priorities: [TicketPriority!]) {
  tickets(
    filter: { priority: { in: $priorities }, closedAt: { isNull: true } }
    orderBy: [{ createdAt: DESC }]
    first: 10
  ) {
    totalCount
    nodes {
      ticketNumber
      subject
      priority
      status
      createdAt
      account { name tier }
      contact { name email }
      assignedTo { firstName lastName }
    }
  }
}
`,
    variables: '{\n  "priorities": ["MEDIUM", "HIGH", "CRITICAL"]\n}\n',
  },
  {
    query: /* GraphQL */ `# What is to be done next.
query Activities {
  activities(
    filter: { status: { in: [PLANNED, IN_PROGRESS] } }
    orderBy: [{ dueAt: ASC_NULLS_LAST }]
    first: 10
  ) {
    totalCount
    nodes {
      subject
      activityType
      dueAt
      priority
      status
      account { name }
      contact { name phone }
      assignedTo { firstName lastName }
    }
  }
}
`,
  },
  {
    query: /* GraphQL */ `# Creates an account. Break a rule in the variables
# ("website": "nope") to see how it is told.
mutation CreateAccount($input: AccountCreateInput!) {
  createAccount(input: $input) {
    id
    name
    accountType
    website
    createdAt
    createdBy { email }
    version
  }
}
`,
    variables: `{
  "input": {
    "name": "Nordlicht Energie GmbH",
    "website": "https://nordlicht-energie.example",
    "industry": "Energy",
    "city": "Hamburg",
    "country": "DE"
  }
}
`,
  },
];
