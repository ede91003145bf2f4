using System.Net;
using Bunit;
using Maas.Core;
using Maas.Core.Diagnosis;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Dashboard.Nodes;

namespace Maas.Dashboard.Tests.Nodes;

public sealed class BootTrackTests
{
    private static readonly DateTimeOffset Start = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly IPAddress Client = IPAddress.Parse("10.0.0.100");

    // A power phase of 10 s, DHCP of 10 s, and a transfer that has lasted 20 s.
    private static readonly PhaseSpan[] Phases =
    [
        new(DiagnosisPhase.Power, Start, Start.AddSeconds(10)),
        new(DiagnosisPhase.Dhcp, Start.AddSeconds(10), Start.AddSeconds(20)),
        new(DiagnosisPhase.Transfer, Start.AddSeconds(20), null),
    ];

    private static readonly TimelineEntry[] Entries =
    [
        EventAt(-5, EventLevel.Info, "before this boot"),
        EventAt(0, EventLevel.Info, "Deploying"),
        Seen(10, new BootEvidence.Dhcp("DISCOVER", "OFFER", Client, "undionly.kpxe", TimeSpan.FromMilliseconds(1.5), "first", 1)),
        Seen(12, new BootEvidence.Dhcp("REQUEST", null, null, null, TimeSpan.Zero, "no range", 1)),
        Seen(30, new BootEvidence.Transfer("tftp", Client, "undionly.kpxe", 1 << 20, TimeSpan.FromSeconds(10), "completed", "")),
        Seen(32, new BootEvidence.Script(Client, "ipxe/52-54-00-00-00-01", "kernel ephemeral/amd64/kernel")),
        Seen(34, new BootEvidence.Transfer("http", Client, "<b>kernel</b>", 512, TimeSpan.FromSeconds(1), "timed out", "")),
        Seen(36, new BootEvidence.Logged("kernel: a line", TimeSpan.Zero)),
        EventAt(50, EventLevel.Info, "after its end"),
    ];

    [Fact]
    public void Packets_files_scripts_and_events_are_on_the_track_of_their_phase()
    {
        var tracks = BootTrack.Of(Phases, Entries, Start.AddSeconds(40));

        tracks.Select(track => (track.Name, track.Left, track.Width, track.Duration.TotalSeconds)).Should().Equal(
            ("Power", 0, 0.25, 10), ("Dhcp", 0.25, 0.25, 10), ("Transfer", 0.5, 0.5, 20));
        tracks.Select(track => track.Marks.Select(mark => $"{mark.Kind} {mark.Text}")).Should().BeEquivalentTo(
            [
                ["event Test: Deploying"],
                ["dhcp DISCOVER, OFFER 10.0.0.100 undionly.kpxe in 1.5 ms", "dhcp REQUEST not answered: no range"],
                new[]
                {
                    "tftp undionly.kpxe, 1 MiB in 10 s", "script ipxe/52-54-00-00-00-01: kernel ephemeral/amd64/kernel",
                    "http <b>kernel</b>, 512 B in 1 s: timed out",
                },
            ],
            order => order.WithStrictOrdering());
        var file = tracks[2].Marks[0];
        (file.Left, file.Width, file.Offset).Should().Be((0.5, 0.25, TimeSpan.FromSeconds(20)), "it took from 20 s to 30 s of 40");
        tracks.SelectMany(track => track.Marks).Count(mark => mark.HasFailed).Should().Be(2);
    }

    [Fact]
    public void The_newest_marks_of_many_are_shown()
    {
        var many = Enumerable.Range(0, 100).Select(number => EventAt(1, EventLevel.Info, $"{number}")).ToList();

        var track = BootTrack.Of(Phases, many, Start.AddSeconds(40))[0];

        track.Count.Should().Be(100);
        track.Marks.Should().HaveCount(BootTrack.MostMarks);
        track.Marks[^1].Text.Should().Be("Test: 99");
    }

    [Fact]
    public void The_marks_are_a_list_too_and_texts_of_the_network_stay_texts()
    {
        using var context = new BunitContext();

        var list = context.Render<BootTrackList>(parameters => parameters
            .Add(each => each.Phases, Phases).Add(each => each.Entries, Entries).Add(each => each.Now, Start.AddSeconds(40)));

        list.FindAll(".track").Should().HaveCount(3).And.OnlyContain(track => track.GetAttribute("aria-hidden") == "true");
        list.FindAll(".mark").Should().HaveCount(6);
        list.FindAll(".mark")[3].GetAttribute("style").Should().Be("left:min(100% - 3px,50%);width:25%");
        list.FindAll("summary").Select(each => each.TextContent).Should().Equal(
            "Packets, files and events of Power (1)", "Packets, files and events of Dhcp (2)",
            "Packets, files and events of Transfer (3)");
        list.FindAll(".marks li")[^1].TextContent.Should().Be("+33 s http <b>kernel</b>, 512 B in 1 s: timed out");
        list.FindAll("b").Should().BeEmpty();
    }

    private static TimelineEntry EventAt(double seconds, EventLevel level, string text) => new TimelineEntry.EventEntry(
        new Event(1, Start.AddSeconds(seconds), null, "", null, new EventNote(level, "Test", text)));

    private static TimelineEntry Seen(double seconds, BootEvidence evidence) => new TimelineEntry.ObservationEntry(
        new Observation(Start.AddSeconds(seconds), MacAddress.Parse("52:54:00:00:00:01"), evidence.Kind, evidence.ToText()));
}
