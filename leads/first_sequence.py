"""The sequence the site ships with: five interview-preparation emails, written from what the guide says."""

from datetime import timedelta

from django.db import transaction

from leads.models import Sequence, SequenceStep

NAME = "Interview preparation"
DAY = timedelta(days=1)

# (after the one before, subject, body)
STEPS: tuple[tuple[timedelta, str, str], ...] = (
    (
        timedelta(),
        "What a TPM interview is looking for",
        """Hello {first_name},

thank you for letting us write to you. Over the next two weeks you get five short emails like this one. Each gives you one thing to prepare, and one exercise that fits into an evening.

A Technical Program Manager leads complex programs across several engineering teams. So an interviewer mostly wants to know three things:

- Do you understand the technology well enough to follow engineers, and to ask the question that matters?
- Can you turn a large, vague initiative into a plan that several teams can carry out?
- Do people follow you although they do not report to you?

Many people worry about coding. Most companies in the USA do not ask TPM candidates to write code. System design and technical discussion are common, and so are questions about how you have worked before.

## This week's exercise

Write down three programs or projects you have worked on. For each one, note in a single sentence: what was to be built, which teams it needed, what nearly went wrong, and what you did about it. You will use these three in every email that follows.

[Read the guide again]({guide_url})""",
    ),
    (
        3 * DAY,
        "System design, for people who will not write the code",
        """Hello {first_name},

the technical part of a TPM interview is rarely about a clever algorithm. It is about whether you can see how a system hangs together: its parts, the APIs between them, what depends on what, and where it breaks under load.

You do not need to design it like the lead engineer would. You need to draw it, explain it, and say where the program's risks lie.

## A way through the question

- Ask first: who uses it, how many, and what must never fail?
- Draw the large pieces: clients, services, data stores, queues. Five boxes are enough.
- Follow one request from the beginning to the end, aloud.
- Name two limits. What happens with ten times the traffic? What if one piece is down?
- End as a program manager: which teams own which box, and which dependency would you settle first?

The last step is the one most candidates leave out, and the one your future team cares about.

## This week's exercise

Take an app you use every day and spend twenty minutes with paper. Draw it, follow one request, name two limits, and mark which teams would have to agree before anything changes. Then read how a real company describes one of its own systems, and compare.""",
    ),
    (
        4 * DAY,
        "Tell it as a story: behavioral questions with STAR",
        """Hello {first_name},

"Tell me about a time when two teams disagreed." You will hear a question like this in almost every interview. It is hard to answer on the spot, and easy once you have prepared it.

STAR keeps the answer short and complete:

- Situation: two sentences, no more. What was going on?
- Task: what were you responsible for, you and not "we"?
- Action: what you did, step by step. This is the longest part.
- Result: what changed, and what you would do differently today.

Interviewers listen above all for how you led across teams: whom you talked to first, how you brought a risk into the open, what you did when somebody said no.

## Prepare five stories

- A time you led several teams towards one date
- A dependency that slipped, and how you noticed
- A technical conversation in which you were not the expert
- A disagreement between people you did not manage
- Something that failed, and what you changed afterwards

## This week's exercise

Take the three projects from the first email and write one STAR story for each, half a page at most. Read them aloud once. If a story takes longer than two minutes, shorten the situation.""",
    ),
    (
        4 * DAY,
        "From a vague initiative to a plan: scoping and program questions",
        """Hello {first_name},

"We want to move our payments to a new platform. Where do you begin?" Questions like this test the heart of the job: breaking a complex technical initiative into pieces that can be planned, owned and delivered.

A good answer follows the work itself:

- Scope it with engineers: requirements, architecture, APIs, dependencies between systems. Say what you would leave out.
- Plan it: milestones, risks, who is told what and when.
- Run it: how engineering, product, QA, design and outside teams work together, and how you find out early that something is late.
- Watch it: the few numbers you would look at each week, and how you remove what is in the way.
- Deliver it: how you know that it has met its goal, and not only its date.

You will also be asked about frameworks. Know what Scrum, Kanban and Agile are good for, and be honest about when you would not use them: an interviewer has met plenty of people who recite them.

## This week's exercise

Take the payments question and give yourself fifteen minutes. Write down six milestones, the three largest risks, and the first five people you would talk to, with the question you would ask each of them.""",
    ),
    (
        5 * DAY,
        "The week before your interview",
        """Hello {first_name},

this is the last email of the series. Here is what to do in the week before, so that the day itself is calm.

- Read the job description once more and mark every word about technology. Be able to talk for two minutes about each.
- Go through your STAR stories and match each with a line of the description.
- Draw one system on paper, aloud, with a clock. Twenty minutes.
- Prepare three questions of your own. How do teams here settle a dependency between them? What went wrong in the last large program? What will the person in this role be proud of in a year?
- Sleep. Nobody has ever regretted that one.

Two things trip up good candidates. In a deeply technical conversation they pretend: say what you do not know, and how you would find out by tomorrow. And when they talk about managing dependencies, they stay general: name the teams, the date and the decision.

The most useful preparation is to do it once with somebody who asks back. A coach can run a practice interview with you and tell you honestly how it went.

[Book a coaching call]({book_url})

If you would rather talk to somebody first, call us on {phone}, {phone_hours}. And if the role you want turns out to be another one, that is a good result too: the guide compares all three.

Good luck. We are glad you let us be part of it.""",
    ),
)


@transaction.atomic
def write() -> bool:
    """Write the first sequence where none of its name exists; what staff have made of it since is left alone."""
    if Sequence.objects.filter(name=NAME).exists():
        return False
    sequence = Sequence.objects.create(name=NAME)
    SequenceStep.objects.bulk_create(
        SequenceStep(sequence=sequence, position=position, delay=delay, subject=subject, body=body)
        for position, (delay, subject, body) in enumerate(STEPS, start=1)
    )
    return True
