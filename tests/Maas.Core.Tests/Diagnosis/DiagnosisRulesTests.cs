using Maas.Core.Diagnosis;
using Maas.Core.Events;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Tests.Diagnosis;

/// <summary>Each rule explains its fault better than every other rule does.</summary>
public class DiagnosisRulesTests
{
    private const string ProxyRule = "boot part beside another server";
    private const string Off = "The machine is off, and the operation waits for its boot.";

    // The fault, with the seconds that pass after its last line.
    private static readonly Dictionary<string, Func<(BootStory Story, double Later)>> Faults = new()
    {
        ["bmc-unreachable"] = () => (new BootStory { PowerFailure = "no answer within 30 seconds" }, 20),
        ["next-boot-not-set"] = () => (Story().Is(machine => machine with { PowerNote = "The next boot could not be set." })
            .Event(EventLevel.Warning, "Power", "The next boot could not be set."), 320),
        ["turn-on-by-hand"] = () => (Story()
            .Is(machine => machine with { Power = PowerSettings.Manual, PowerState = MachinePowerState.Unknown })
            .Event(EventLevel.Info, "Power", "Turn the machine on by hand: its power type is manual."), 120),
        ["machine-off"] = () => (Story().UpToScript().Event(EventLevel.Warning, "Power", Off)
            .Is(machine => machine with { PowerState = MachinePowerState.Off }), 61),
        ["power-stays-on"] = () => (new BootStory(MachineStatus.Releasing), 90),

        ["no-discover"] = () => (Story(), 320),
        ["spanning-tree-delay"] = () => (Story().Wait(120).Discover().Wait(150).Discover(), 90),
        ["offer-not-requested"] = () => (Story().Wait(120).Discover().Wait(4).Discover().Wait(8).Discover().Wait(16).Discover(), 90),
        ["two-servers"] = () => (Story().Wait(120).Discover().Other().Wait(4).Discover().Other(), 90),
        ["rogue-server"] = () => (Story().Wait(120).Discover().Other().Wait(1)
            .Request(answer: null, rule: "it took another server's offer; ours is free again"), 90),
        ["proxy-ignored"] = () => (Story().Wait(120).Discover(rule: ProxyRule).Wait(1).Other()
            .Request(answer: null, rule: "the address is another server's matter"), 90),
        ["wrong-architecture"] = () => (Story().Wait(120).Discover(file: null, firmware: "Arm64Uefi").Request(null, "Arm64Uefi"), 90),
        ["no-boot-file"] = () => (Story().Wait(120).Discover(file: null).Wait(1).Request(file: null), 90),
        ["wrong-relay"] = () => (Story().Wait(120)
            .Discover(answer: null, rule: "the relay is none of those that are served", relay: "10.7.0.1"), 90),
        ["not-answered"] = () => (Story().Wait(120).Discover(answer: null, rule: "no free address"), 90),

        ["tftp-not-requested"] = () => (Story().Wait(120).Discover().Wait(1).Request(), 90),
        ["file-refused"] = () => (Story().Wait(120).Discover().Request()
            .Fetch(bytes: 0, outcome: "there is no such file", detail: "refused"), 90),
        ["tftp-stalls"] = () => (Story().Wait(120).Discover().Request().Fetch(bytes: 0, outcome: "the client never answered"), 90),
        ["transfer-broken"] = () => (Story().Wait(120).Discover().Request().Fetch(bytes: 90_000, outcome: "the client went silent"), 90),
        ["boot-program-fails"] = () => (Story().UpToProgram("undionly.kpxe", "X86Bios"), 90),
        ["secure-boot-violation"] = () => (Story().UpToProgram().Wait(2).Discover().Request().Fetch(), 90),
        ["script-not-fetched"] = () => (Story().UpToProgram().Wait(2).Discover("http://10.0.0.1/MAAS/boot/ipxe/52-54-00-12-34-56"), 90),
        ["kernel-not-fetched"] = () => (Story().UpToScript(), 90),
        ["kernel-incomplete"] = () => (Story().UpToScript().Fetch(BootStory.Kernel, 9_000_000, transport: "http"), 90),

        ["no-agent"] = () => (Story().UpToKernel(), 200),
        ["agent-without-address"] = () => (Story().UpToKernel().Wait(20).Discover(null, null, null, "no free address"), 90),
        ["api-unreachable"] = () => (Story().UpToKernel().Wait(20).AgentDhcp(), 90),
        ["clock-skew"] = () => (Story().UpToKernel().Wait(20).AgentDhcp().Log("kernel: started", ahead: -7200), 30),
        ["out-of-memory"] = () => (Story().UpToKernel().Wait(20).AgentDhcp().Log("kernel: Out of memory: Killed process 77 (dd)"), 90),
        ["agent-silent"] = () => (Story().UpToAgent(), 601),

        ["installer-not-started"] = () => (Recipe().UpToKernel(), 200),
        ["answers-not-fetched"] = () => (Recipe().UpToKernel().Wait(20).AgentDhcp(), 910),
        ["installer-silent"] = () => (Recipe().UpToAgent(), 910),

        ["disk-not-found"] = () => (Story().UpToAgent()
            .Fails("the disk vda (QM0001) is absent; there are: sda(QM0002)  step=network"), 1),
        ["other-hardware"] = () => (Story().UpToAgent().Fails(
            "this is another machine: its hardware UUID is 1, and the one that is meant has 2; nothing was written"), 1),
        ["image-hash-wrong"] = () => (Story().UpToAgent().Fails("the image's SHA-256 is wrong: 00 came, 11 was promised"), 1),
        ["image-not-written"] = () => (Story().UpToAgent().Fails("the image could not be written to vda dd: I/O error"), 1),
        ["storage-not-made"] = () => (Story().UpToAgent().Fails("the RAID md0 could not be built mdadm: device or resource busy"), 1),
        ["archive-incomplete"] = () => (Story().UpToAgent().Fails(
            "the archive lacks grub-install (package grub2-common), which this machine's storage needs"), 1),
        ["script-failed"] = () => (new BootStory(MachineStatus.Commissioning).UpToAgent()
            .Fails("Failed scripts: raid-config.", "Failed commissioning", MachineStatus.FailedCommissioning), 1),
        ["test-failed"] = () => (new BootStory(MachineStatus.Testing).UpToAgent()
            .Fails("Failed scripts: memtester.", "Failed testing", MachineStatus.FailedTesting), 1),
        ["cloud-init-failed"] = () => (Story().UpToHandover()
            .Event(EventLevel.Error, "cloud-init", "cloudinit modules-config: running failed")
            .Fails("'modules-config' failed: running failed"), 1),
        ["installer-failed"] = () => (Story().UpToAgent().Fails("no configuration for cloud-init: the server answered 500"), 1),

        ["network-boot-again"] = () => (Story().UpToHandover().Wait(60).Discover().Script("local disk").Wait(70).Discover()
            .Script("local disk"), 10),
        ["disk-does-not-boot"] = () => (Story().UpToHandover(), 610),
        ["cloud-init-silent"] = () => (Story().UpToHandover().Wait(60).SystemDhcp(), 610),
    };

    public static TheoryData<string> Rules => [.. DiagnosisRules.All.Select(rule => rule.Name)];

    public static TheoryData<MachineStatus> Waiting =>
    [
        MachineStatus.Commissioning, MachineStatus.Testing, MachineStatus.Deploying, MachineStatus.DiskErasing,
        MachineStatus.EnteringRescueMode,
    ];

    [Theory, MemberData(nameof(Rules))]
    public void A_rule_explains_its_fault(string rule)
    {
        var (story, later) = Faults[rule]();

        var explanations = story.Explain(later).Explanations;

        explanations.Should().NotBeEmpty();
        var best = explanations[0];
        best.Rule.Should().Be(rule, "it says {0}", best.Cause);
        best.Cause.Should().NotBeNullOrEmpty().And.EndWith(best.Confidence is ExplanationConfidence.Stated ? "" : ".");
        best.Documentation.Should().Be($"troubleshooting.md#{rule}");
    }

    [Theory, MemberData(nameof(Rules))]
    public void The_fault_is_still_explained_when_the_machine_has_failed_of_it(string rule)
    {
        var (story, later) = Faults[rule]();
        // These end with the operation, or are no boot.
        if (rule is "machine-off" or "power-stays-on" or "bmc-unreachable") return;
        if (story.Machine.Deadline is not null)
            story.Wait(later).Fails("Node operation 'Deploying' timed out after 30 minutes.");

        story.Wait(30).Log("kernel: reboot: Power down");

        story.Explain(3600).Explanations.Select(explanation => explanation.Rule).FirstOrDefault().Should().Be(rule);
    }

    [Fact]
    public void A_healthy_installation_by_a_recipe_explains_nothing()
    {
        const string Elsewhere = "kernel http://mirror.example/vmlinuz";
        (BootStory Story, double Later)[] steps =
        [
            (Recipe().UpToKernel(), 170),
            (Recipe().UpToKernel().Wait(20).AgentDhcp(), 890), // Ubuntu loads its medium now
            (Recipe().UpToProgram().Wait(3).Script(Elsewhere), 170), // fetched from another server, which nothing shows
            (Recipe().UpToProgram().Wait(3).Script(Elsewhere).Wait(60).AgentDhcp(), 890),
            (Recipe().UpToScript().Fetch(BootStory.Kernel, 9_000_000, transport: "http"), 170), // its ram disk is another server's
            (Recipe().UpToProgram().Wait(3).Script("a script"), 7000), // an ISO, which a person operates
            (Recipe().UpToAgent(), 890),
            (Recipe().UpToAgent().Heard(after: 3000), 600), // a sign of life writes no event
            (Recipe().UpToAgent().Log("base-installer: error: a mirror did not answer, trying the next"), 300),
            (Recipe(TimeSpan.FromHours(1)).UpToHandover().Wait(60).SystemDhcp(), 1700), // Windows restarts more than once
        ];
        steps.SelectMany((step, number) => step.Story.Explain(step.Later).Explanations.Select(found => $"{number}: {found.Rule}"))
            .Should().BeEmpty();
    }

    [Fact]
    public void A_kernel_of_another_server_that_does_not_start_is_named()
    {
        var report = Recipe().UpToProgram().Wait(3).Script("kernel http://mirror.example/vmlinuz").Explain(200);
        report.Explanations.Should().ContainSingle().Which.Should().Match<Explanation>(
            best => best.Rule == "installer-not-started" && best.Cause.Contains("http://mirror.example/vmlinuz"));
    }

    [Fact]
    public void What_is_written_to_a_machine_that_is_silent_is_no_sign_of_life()
    {
        var story = Story().UpToAgent().Wait(605);
        story.Is(machine => machine with { Updated = machine.StatusSince.AddMinutes(30), StatusMessage = "Likely cause: x" })
            .Explain().Explanations.Should().ContainSingle().Which.Rule.Should().Be("agent-silent");
    }

    [Fact]
    public void A_firmware_that_asks_for_an_address_boots_from_the_network_whatever_its_controller_said() =>
        Story().Is(machine => machine with { PowerNote = "The next boot could not be set." }).Wait(400).Discover().Request().Fetch()
            .Explain(5).Explanations.Should().BeEmpty();

    [Theory]
    [InlineData("Powering off failed: the machine is still on", "power-stays-on")]
    [InlineData("Powering on failed: the machine is still off", "machine-off")]
    [InlineData(
        "Powering on failed: The controller accepted the command to turn on, but the machine was still off 30 s later.", "machine-off")]
    [InlineData("Powering on failed: no answer within 30 s", "bmc-unreachable")]
    public void A_controller_that_takes_an_order_which_changes_nothing_is_not_unreachable(string words, string rule) =>
        Story().Fails(words).Explain().Explanations.Should().ContainSingle().Which.Rule.Should().Be(rule);

    [Fact]
    public void A_restart_that_takes_its_time_explains_nothing() =>
        Story().Is(machine => machine with { PowerState = MachinePowerState.Off }).Explain(200).Explanations.Should().BeEmpty();

    [Fact]
    public void A_machine_that_its_agent_turned_off_is_explained_by_what_the_agent_did_not_reach()
    {
        var off = Story().UpToKernel().Wait(20).AgentDhcp().Event(EventLevel.Warning, "Power", Off)
            .Is(machine => machine with { PowerState = MachinePowerState.Off });
        off.Explain(90).Explanations.Select(each => each.Rule).Should().Equal("api-unreachable", "machine-off");
    }

    [Theory]
    [InlineData(ReleaseTask.Scripts, "no-discover")]
    [InlineData(null, null)]
    public void A_release_that_boots_the_machine_is_explained_after_it_failed(ReleaseTask? task, string? rule)
    {
        var story = new BootStory(MachineStatus.Releasing).Is(machine => machine with { ReleaseTask = task }).Wait(1800)
            .Fails("Node operation 'Releasing' timed out after 30 minutes.", "Failed to release", MachineStatus.FailedReleasing);
        story.Explain(60).Explanations.Select(each => each.Rule).FirstOrDefault().Should().Be(rule);
    }

    [Theory]
    [InlineData("the image broke off after 3 of 9 bytes; the server does not answer")]
    [InlineData("the disk vda is read-only")]
    public void An_image_that_does_not_arrive_or_has_no_disk_to_be_written_to_was_not_written(string words) =>
        Story().UpToAgent().Fails(words).Explain(1).Explanations[0].Rule.Should().Be("image-not-written");

    [Fact]
    public void What_follows_from_missing_lines_names_the_event_with_which_the_wait_began()
    {
        var story = Story();
        story.Explain(320).Explanations.Should().ContainSingle().Which.Evidence.Should().Equal(story.Timeline[0]);
    }

    [Fact]
    public void The_first_failing_line_of_an_installers_log_explains_why_it_waits_for_a_person()
    {
        BootStory Failing() => Recipe().UpToAgent().Log("kernel: ata1: error: none of the installer's")
            .Log("debootstrap: E: Failed getting release file http://mirror/dists/bookworm/Release")
            .Log("base-installer: error: exiting on error base-installer/debootstrap-failed")
            .Log("main-menu[258]: WARNING **: Menu item 'bootstrap-base' failed.");
        var waiting = Failing().Explain(60).Explanations[0];
        (waiting.Rule, waiting.Confidence).Should().Be(("installer-failed", ExplanationConfidence.Observed));
        waiting.Cause.Should().Be(
            "The installer logged: debootstrap: E: Failed getting release file http://mirror/dists/bookworm/Release.");
        var failed = Failing().Fails("The Debian installer stopped: Menu item 'bootstrap-base' failed.").Explain(60).Explanations[0];
        failed.Cause.Should().Contain("Menu item 'bootstrap-base' failed.").And.Contain("Its log: debootstrap: E: Failed getting release");
        failed.Evidence.Should().HaveCount(2);
        // The lines of an environment that writes an image are its agent's, which reports by itself.
        Story().UpToAgent().Log("main-menu[258]: WARNING **: Menu item 'x' failed.").Explain(60).Explanations.Should().BeEmpty();
    }

    [Fact]
    public void The_report_of_an_installer_that_does_not_find_its_disk_is_explained_as_that() =>
        Recipe().UpToAgent().Fails("The disk to install to was not found: there is no disk 0.").Explain(1).Explanations[0].Rule
            .Should().Be("disk-not-found");

    [Fact]
    public void A_power_action_that_was_given_up_is_explained_by_its_event()
    {
        var report = Story().Fails("Powering on failed: wrong password").Explain();
        report.Explanations[0].Should().Match<Explanation>(best => best.Rule == "bmc-unreachable" && best.Cause.EndsWith("wrong password"));
    }

    [Theory, MemberData(nameof(Waiting))]
    public void A_healthy_boot_explains_nothing_at_any_time(MachineStatus status)
    {
        Steps(status).SelectMany((story, step) => story.Explain(5).Explanations.Select(found => $"{step}: {found.Rule}"))
            .Should().BeEmpty();
    }

    [Fact]
    public void A_healthy_deployment_explains_nothing_up_to_its_end()
    {
        BootStory[] stories =
        [
            Story().UpToHandover(),
            Story().UpToHandover().Wait(60).Discover().Request().Fetch().Script("local disk"),
            Story().UpToHandover().Wait(60).Discover().Request().Fetch().Script("local disk").Wait(40).SystemDhcp(),
            Story().UpToHandover().Wait(60).SystemDhcp().Wait(300)
                .Event(EventLevel.Debug, "cloud-init", "cloudinit modules-final: running"),
        ];
        stories.SelectMany(story => story.Explain(30).Explanations).Should().BeEmpty();
    }

    /// <summary>The API refuses what is more than five minutes old, and nothing that is ahead.</summary>
    [Theory]
    [InlineData(7200)]
    [InlineData(301)]
    [InlineData(-299)]
    public void A_clock_that_no_request_is_refused_for_explains_nothing(double ahead) =>
        Story().UpToKernel().Wait(20).AgentDhcp().Log("kernel: started", ahead).Explain(30).Explanations.Should().BeEmpty();

    [Fact]
    public void A_system_that_restarts_itself_before_it_reports_has_a_disk_that_boots()
    {
        var restarted = Story().UpToHandover().Wait(60).Discover().Request().Fetch().Script("local disk").Wait(40).SystemDhcp()
            .Wait(60).Discover().Request().Fetch().Script("local disk");
        restarted.Explain(30).Explanations.Should().BeEmpty();
        restarted.Wait(40).SystemDhcp().Wait(60).Log("systemd[1]: Started").Wait(60).Discover().Request().Fetch().Script("local disk")
            .Explain(30).Explanations.Should().BeEmpty();

        restarted.Wait(60).Discover().Request().Fetch().Script("local disk").Explain(30).Explanations.Should().ContainSingle().Which.Rule
            .Should().Be("network-boot-again", "since the system was seen the disk did not boot");
    }

    [Fact]
    public void A_release_that_takes_its_time_explains_nothing()
    {
        new BootStory(MachineStatus.Releasing).Explain(20).Explanations.Should().BeEmpty();
        new BootStory(MachineStatus.ExitingRescueMode).Explain(20).Explanations.Should().BeEmpty();
    }

    [Fact]
    public void A_machine_that_waits_for_nothing_has_no_explanation()
    {
        var story = Story().Is(machine => machine with { Status = MachineStatus.Ready, Deadline = null });
        story.Explain(100_000).Explanations.Should().BeEmpty();
        story.Explain(100_000).Phases.Should().BeEmpty();
    }

    [Fact]
    public void A_deployed_machine_is_explained_when_its_cloud_init_failed_and_by_no_other_rule()
    {
        var deployed = Story().UpToHandover().Wait(60).SystemDhcp()
            .Event(EventLevel.Error, "Power", "Powering off failed: no answer.")
            .Is(machine => machine with { Status = MachineStatus.Deployed, Deadline = null });
        deployed.Explain(100_000).Explanations.Should().BeEmpty();

        deployed.Event(EventLevel.Error, "cloud-init", "cloudinit modules-config: running failed");

        deployed.Explain(100_000).Explanations.Should().ContainSingle().Which.Rule.Should().Be("cloud-init-failed");
    }

    [Fact]
    public void What_happened_before_the_operation_explains_nothing()
    {
        var earlier = new BootStory().Wait(100).Discover(answer: null, rule: "no free address");
        var story = new BootStory();
        var entries = earlier.Timeline.Skip(1)
            .Select(entry => (TimelineEntry)new TimelineEntry.ObservationEntry(
                ((TimelineEntry.ObservationEntry)entry).Observation with { At = story.Machine.StatusSince.AddMinutes(-5) }))
            .Concat(story.Timeline).ToList();

        MachineDiagnosis.Explain(new DiagnosisContext
        {
            Machine = story.Machine, Timeline = entries, Now = story.Machine.StatusSince.AddMinutes(2),
        }).Explanations.Should().BeEmpty();
    }

    [Fact]
    public void A_boot_that_is_under_way_and_further_than_the_last_one_is_not_explained()
    {
        var story = Story().Wait(60).Discover(answer: null, rule: "no free address").Wait(120).Discover();
        story.Explain(1).Explanations.Should().BeEmpty();
    }

    [Fact]
    public void The_cards_of_the_inventory_are_named_when_the_kernel_may_have_no_driver_for_them()
    {
        var story = Story().UpToKernel().Is(machine => machine with
        {
            Hardware = new Hardware
            {
                Interfaces =
                [
                    new NetworkInterface
                    {
                        Name = "eno1", MacAddress = machine.MacAddresses[0], Vendor = "8086", Product = "15f3", Driver = "igc",
                    },
                ],
            },
        });
        story.Explain(300).Explanations[0].Cause.Should().Contain("8086:15f3 (igc)");
    }

    [Fact]
    public void Hostile_text_is_bounded()
    {
        var story = Story().UpToAgent().Fails(new string('x', 4000) + " failed " + new string('y', 3000));
        for (var line = 0; line < 100; line++) story.Log(new string('z', 5000));
        var best = story.Explain().Explanations[0];
        best.Cause.Length.Should().BeLessThanOrEqualTo(500);
        best.Evidence.Count.Should().BeLessThanOrEqualTo(10);
    }

    [Fact]
    public void The_parts_of_a_boot_follow_each_other()
    {
        var phases = Story().UpToHandover().Explain().Phases;
        phases.Select(phase => phase.Phase).Should().Equal(
            DiagnosisPhase.Power, DiagnosisPhase.Dhcp, DiagnosisPhase.Transfer, DiagnosisPhase.Agent, DiagnosisPhase.FirstBoot);
        phases.Zip(phases.Skip(1)).Should().OnlyContain(pair => pair.First.End == pair.Second.Start);
        phases[^1].End.Should().BeNull();
    }

    [Fact]
    public void Every_rule_says_what_to_do_under_a_name_of_its_own()
    {
        DiagnosisRules.All.Select(rule => rule.Name).Should().OnlyHaveUniqueItems().And.BeEquivalentTo(Faults.Keys);
        DiagnosisRules.All.Should().OnlyContain(rule => rule.Cause.EndsWith('.') && rule.NextStep.EndsWith('.') && rule.Symptom.Length > 0);
    }

    private static BootStory Story() => new();

    /// <summary>A deployment by an operating system's own installer.</summary>
    private static BootStory Recipe(TimeSpan? reportTimeout = null) => Story().Is(machine => machine with
    {
        Deployment = new Deployment
        {
            Recipe = "debian/bookworm", Disk = new InstallDisk("vda", "S1"), ReportTimeout = reportTimeout,
        },
    });

    private static IEnumerable<BootStory> Steps(MachineStatus status)
    {
        yield return new BootStory(status);
        yield return new BootStory(status).Wait(90);
        yield return new BootStory(status).Wait(90).Discover();
        yield return new BootStory(status).Wait(90).Discover().Request();
        yield return new BootStory(status).UpToProgram();
        yield return new BootStory(status).UpToProgram().Wait(3).Discover("ipxe/52-54-00-12-34-56");
        yield return new BootStory(status).UpToScript();
        yield return new BootStory(status).UpToKernel();
        yield return new BootStory(status).UpToKernel().Wait(20).AgentDhcp();
        yield return new BootStory(status).UpToAgent();
        yield return new BootStory(status).UpToAgent().Wait(300);
    }
}
