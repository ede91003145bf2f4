using System.Net;
using Maas.Core.Nodes;
using Maas.Testing;
using Maas.Testing.Virtual;

namespace Maas.Hosting.Testing.Tests;

/// <summary>What may be wrong with the network and the clock, each with a whole MAAS.</summary>
public class ConditionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, LinkConditions> Links => new()
    {
        { "loss", new LinkConditions { Loss = 0.03 } },
        { "duplication", new LinkConditions { Duplication = 0.2 } },
        { "reordering", new LinkConditions { Reordering = 0.2 } },
        { "delay", new LinkConditions { Delay = TimeSpan.FromMilliseconds(40), Jitter = TimeSpan.FromMilliseconds(20) } },
    };

    [Theory, MemberData(nameof(Links))]
    public async Task A_machine_is_deployed_over_a_bad_link(string condition, LinkConditions link)
    {
        var good = await DeployAsync(LinkConditions.Lan);

        var bad = await DeployAsync(link);

        bad.Status.Should().Be(MachineStatus.Deployed, condition);
        bad.Datagrams.Should().NotEqual(good.Datagrams, "{0} changes the order, the number or the time of datagrams", condition);
    }

    [Fact]
    public async Task A_switch_port_that_forwards_late_delays_a_boot_and_one_that_forwards_too_late_prevents_it()
    {
        await using var maas = await VirtualMaas.StartAsync(cancellationToken: Stop);
        var (prompt, late, tooLate) = (Add(seconds: 0), Add(seconds: 15), Add(seconds: 300));

        await maas.EnlistAsync(prompt);
        var before = maas.Network.Elapsed;
        await maas.EnlistAsync(late);

        before.Should().BeLessThan(TimeSpan.FromSeconds(5));
        (maas.Network.Elapsed - before).Should().BeGreaterThan(TimeSpan.FromSeconds(15));
        await FluentActions.Awaiting(() => maas.EnlistAsync(tooLate)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("* has not enlisted: *");

        SimulatedMachine Add(int seconds) => maas.AddMachine(each => each with
        {
            Network = each.Network with { Link = new LinkConditions { ForwardingDelay = TimeSpan.FromSeconds(seconds) } },
        });
    }

    [Theory]
    [InlineData(1_000, MachineStatus.Ready, "")]
    [InlineData(1, MachineStatus.FailedCommissioning, "agent-without-address")] // which takes the first address that it is offered
    public async Task A_second_DHCP_server_without_a_boot_file_is_passed_over_by_firmware(
        int microseconds, MachineStatus expected, string rule)
    {
        await using var maas = await VirtualMaas.StartAsync(cancellationToken: Stop);
        using var rogue = Rogue(maas, RogueDhcpBehavior.OfferWithoutBootFile, TimeSpan.FromMicroseconds(microseconds));

        var machine = await maas.CommissionAsync(maas.AddMachine());

        machine.Status.Should().Be(expected);
        rogue.Answers.Should().BePositive();
        var report = await maas.Core.Diagnosis.ExplainAsync(machine, Stop);
        string.Join(' ', report.Explanations.Select(explanation => explanation.Rule)).Should().Be(rule);
    }

    [Fact]
    public async Task A_second_DHCP_server_that_refuses_requests_prevents_the_boot()
    {
        await using var maas = await VirtualMaas.StartAsync(cancellationToken: Stop);
        using var rogue = Rogue(maas, RogueDhcpBehavior.RefuseRequests, TimeSpan.FromMicroseconds(1));

        await FluentActions.Awaiting(() => maas.EnlistAsync(maas.AddMachine())).Should().ThrowAsync<InvalidOperationException>();

        rogue.Answers.Should().BePositive();
    }

    [Theory]
    [InlineData(-86_400, "agent: GET /MAAS/metadata/latest/maas-task 401")] // and signed again, with the time that the server answered
    [InlineData(3_600, "agent: GET /MAAS/metadata/latest/maas-task 200")]
    public async Task A_machine_with_a_wrong_clock_is_deployed(int seconds, string request)
    {
        await using var maas = await VirtualMaas.StartAsync(cancellationToken: Stop);
        await maas.AddImageAsync("custom/app", cancellationToken: Stop);
        var machine = maas.AddMachine(each => each with { ClockError = TimeSpan.FromSeconds(seconds) });

        await maas.CommissionAsync(machine);
        var deployed = await maas.DeployAsync(machine, new DeployRequest { OsSystem = "custom", DistroSeries = "app" });

        deployed.Status.Should().Be(MachineStatus.Deployed);
        await machine.DisposeAsync();
        (await machine.WatchAsync(Stop).Select(each => $"{each}").ToListAsync(Stop))
            .Should().Contain(request);
    }

    private static async Task<(MachineStatus Status, List<string> Datagrams)> DeployAsync(LinkConditions link)
    {
        List<string> datagrams = [];
        var network = new VirtualNetwork(seed: 3) { DatagramSent = datagram => datagrams.Add($"{datagram}") };
        await using var maas = await VirtualMaas.StartAsync(new VirtualMaasOptions { Network = network }, Stop);
        await maas.AddImageAsync("custom/app", cancellationToken: Stop);
        var machine = maas.AddMachine(each => each with { Network = each.Network with { Link = link } });
        await maas.CommissionAsync(machine);
        var deployed = await maas.DeployAsync(machine, new DeployRequest { OsSystem = "custom", DistroSeries = "app" });
        return (deployed.Status, datagrams);
    }

    private static RogueDhcpServer Rogue(VirtualMaas maas, RogueDhcpBehavior behavior, TimeSpan delay)
    {
        var host = maas.Network.AddHost("rogue", maas.Sites[0].Host.Segment, IPAddress.Parse("192.168.222.254"));
        host.Link = new LinkConditions { Delay = delay };
        return new RogueDhcpServer(host, behavior);
    }
}
