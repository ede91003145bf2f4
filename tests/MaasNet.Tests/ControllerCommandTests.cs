using System.Text.Json;
using Maas.Testing.Controllers;

namespace MaasNet.Tests;

/// <summary>The commands that use a machine's management controller, against a Redfish service on loopback.</summary>
public sealed class ControllerCommandTests(DemoServer server) : IClassFixture<DemoServer>
{
    [Fact]
    public async Task A_machine_is_enlisted_by_its_controller_and_its_inventory_is_shown()
    {
        await using var bmc = new SimulatedRedfish();
        string[] enlist =
        [
            "machines", "enlist-bmc", $"127.0.0.1:{bmc.Address.Port}", "--username", "admin", "--name", "by-bmc",
            "--fingerprint", bmc.CertificateFingerprint,
        ];

        var wrong = await server.RunWithAsync("MAAS_BMC_PASSWORD=hunter2", enlist);
        var enlisted = (await server.RunWithAsync("MAAS_BMC_PASSWORD=secret", enlist)).Approved().Output;
        var again = await server.RunWithAsync("MAAS_BMC_PASSWORD=secret", enlist);
        var table = (await server.RunAsync("machines", "inventory", "by-bmc")).Approved().Output;
        var json = (await server.RunAsync("machines", "inventory", "by-bmc", "--json")).Approved().Output;
        (await server.RunAsync("machines", "test", "by-bmc")).Approved();
        var running = (await server.RunAsync("operations")).Approved().Output;
        var listed = (await server.RunAsync("operations", "--json")).Approved().Output;
        (await server.RunAsync("machines", "abort", "by-bmc")).Approved();
        (await server.RunAsync("machines", "delete", "by-bmc")).Approved();

        wrong.ExitCode.Should().Be(1);
        wrong.Error.Should().Contain("password").And.NotContain("hunter2");
        enlisted.Should().MatchRegex(@"^\w{6} by-bmc: enlisted\n$");
        again.ExitCode.Should().Be(1);
        again.Error.Should().Contain(enlisted[..6]);
        table.Should().MatchRegex(@"Serial +SIM0001").And.MatchRegex(@"NIC\.1 +52:54:00:00:00:01 +25000 +yes")
            .And.MatchRegex(@"CPU 0 +Simulated 3000 +16 +32 +x86-64").And.MatchRegex("Bay 0 +SimDisk");
        using var inventory = JsonDocument.Parse(json);
        inventory.RootElement.GetProperty("drives")[0].GetProperty("serial").GetString().Should().Be("D-0");
        running.Should().MatchRegex(@"ID +MACHINE +OPERATION +STEP +SINCE")
            .And.MatchRegex(@"\w{6} +by-bmc +Testing +\S+ +\d{4}-\d\d-\d\dT");
        using var operations = JsonDocument.Parse(listed);
        operations.RootElement.EnumerateArray().Select(each => each.GetProperty("hostname").GetString()).Should().Contain("by-bmc");
    }

    [Fact]
    public async Task What_a_controller_cannot_do_is_said()
    {
        var inventory = await server.RunAsync("machines", "inventory", "demo-03");
        var boot = await server.RunAsync("machines", "boot-media", "demo-03", "--iso", "http://10.0.0.1/rescue.iso");
        var eject = await server.RunAsync("machines", "eject-media", "demo-03", "--json");
        var none = await server.RunAsync("machines", "boot-media", "demo-03");

        inventory.ExitCode.Should().Be(1);
        inventory.Error.Should().Contain("has no inventory of the management controller; redfish has one");
        boot.ExitCode.Should().Be(1);
        boot.Error.Should().StartWith("maas-net: demo-03: ").And.Contain("has no virtual media");
        using var outcome = JsonDocument.Parse(eject.Output);
        outcome.RootElement.GetProperty("machines")[0].GetProperty("result").GetString().Should().Be("refused");
        none.ExitCode.Should().Be(2);
        none.Error.Should().Contain("--iso");
    }
}
