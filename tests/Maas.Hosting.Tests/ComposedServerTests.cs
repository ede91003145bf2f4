using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Server;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Testing;

namespace Maas.Hosting.Tests;

public class ComposedServerTests
{
    private const string Mac = "52:54:00:12:34:56";

    [Theory]
    [InlineData(DhcpMode.Full)]
    [InlineData(DhcpMode.Proxy)]
    [InlineData(null)]
    public async Task Whoever_asks_for_a_machines_script_gets_no_token(DhcpMode? mode)
    {
        await using var server = await ComposedServer.StartAsync(mode);
        var machine = await CommissioningMachineAsync(server);
        using var stranger = new HttpClient { BaseAddress = server.Base };
        var dashes = Mac.Replace(':', '-');

        foreach (var name in new[] { $"ipxe/{dashes}", $"pxelinux.cfg/01-{dashes}", $"grub/grub.cfg-01-{dashes}", $"IPXE/{dashes}" })
            (await (await stranger.GetAsync($"boot/{name}")).Content.ReadAsStringAsync()).Should()
                .NotContain("maas.token", $"{name} is asked from an address that is not the machine's");

        foreach (var path in new[] { $"metadata/latest/by-id/{machine.Id}/?op=get_preseed",
            "metadata/latest/enlist-preseed/?op=get_enlist_preseed", "metadata/boot/guess/", $"metadata/latest/by-mac/{Mac}/user-data" })
            (await (await stranger.GetAsync(path)).Content.ReadAsStringAsync()).Should()
                .NotContain((await server.Get<MaasCore>().MachineTokens.GetOrCreateAsync(machine.Id))!.TokenSecret.Reveal());
    }

    [Theory]
    [InlineData(DhcpMode.Full)]
    [InlineData(null)]
    public async Task A_host_that_is_disposed_of_without_being_stopped_logs_no_error(DhcpMode? mode)
    {
        using var log = new ErrorLog();
        await (await ComposedServer.StartAsync(mode, log)).DisposeAsync();

        log.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_machine_boots_from_DHCP_to_its_own_script_and_reports_as_itself()
    {
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);
        var machine = await CommissioningMachineAsync(server);
        await using var simulated = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse(Mac),
            Firmware = SimulatedFirmware.UefiPxe,
            Network = new SimulatedNetwork { DhcpServers = [server.Dhcp], Relay = server.Dhcp.Address, TftpPort = server.TftpPort },
        });

        simulated.TurnOn();
        await simulated.WhenAtRestAsync(TestContext.Current.CancellationToken);

        (await server.Get<MaasCore>().Machines.GetAsync(machine.Id))!.Status.Should().Be(MachineStatus.Ready);
    }

    [Theory]
    [InlineData("boot/../admin.apikey", HttpStatusCode.NotFound)]
    [InlineData("boot/..%2fadmin.apikey", HttpStatusCode.NotFound)]
    [InlineData("boot/%2e%2e/maas.db", HttpStatusCode.NotFound)]
    [InlineData("boot/..%5c..%5cmaas.db", HttpStatusCode.BadRequest)]
    [InlineData("boot/nothing", HttpStatusCode.NotFound)]
    [InlineData("boot/a:b", HttpStatusCode.BadRequest)]
    [InlineData("boot/", HttpStatusCode.BadRequest)]
    public async Task A_name_is_a_key_and_never_a_path(string path, HttpStatusCode status)
    {
        await using var server = await ComposedServer.StartAsync(mode: null);
        using var client = new HttpClient();
        var answer = await client.GetAsync(
            new Uri(server.Base + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        answer.StatusCode.Should().Be(status);
        (await answer.Content.ReadAsStringAsync()).Should().NotContain(server.ApiKey);
    }

    [Fact]
    public async Task A_boot_file_is_served_whole_in_part_and_not_twice()
    {
        await using var server = await ComposedServer.StartAsync(mode: null);
        using var client = new HttpClient { BaseAddress = server.Base };
        var whole = await client.GetAsync("boot/kernel");
        whole.Content.Headers.ContentLength.Should().Be(1_000_000);
        var tag = whole.Headers.ETag!;

        using var part = new HttpRequestMessage(HttpMethod.Get, "boot/kernel") { Headers =
            { Range = new(999_990, null), IfRange = new(tag) } };
        var rest = await client.SendAsync(part);
        (rest.StatusCode, rest.Content.Headers.ContentRange!.ToString()).Should()
            .Be((HttpStatusCode.PartialContent, "bytes 999990-999999/1000000"));
        (await rest.Content.ReadAsByteArrayAsync()).Should().Equal((await whole.Content.ReadAsByteArrayAsync())[999_990..]);

        using var again = new HttpRequestMessage(HttpMethod.Get, "boot/kernel") { Headers = { IfNoneMatch = { tag } } };
        (await client.SendAsync(again)).StatusCode.Should().Be(HttpStatusCode.NotModified);
        using var head = new HttpRequestMessage(HttpMethod.Head, "boot/kernel");
        (await client.SendAsync(head)).Content.Headers.ContentLength.Should().Be(1_000_000);
    }

    private static async Task<Machine> CommissioningMachineAsync(ComposedServer server)
    {
        var machines = server.Get<MaasCore>().Machines;
        var created = await machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse(Mac)] });
        var machine = created.Should().BeOfType<CreateResult.Created>().Which.Machine;
        (await machines.ExecuteAsync(machine.Id, new MachineCommand.Commission())).Should().BeOfType<CommandResult.Done>();
        return machine;
    }
}
