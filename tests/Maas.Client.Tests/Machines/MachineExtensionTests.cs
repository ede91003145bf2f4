using Maas.Client.Machines;

namespace Maas.Client.Tests.Machines;

/// <summary>The operations of machines that Canonical's server does not have, with recorded answers of this project's.</summary>
public class MachineExtensionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_explanation_has_its_evidence()
    {
        var server = Answering("explain.json");
        using var client = server.Client();

        var diagnosis = await client.Machines.ExplainAsync("4y3h7n", Cancellation);

        Asked(server).Should().Be("GET /MAAS/api/2.0/machines/4y3h7n/?op=explain");
        var explanation = diagnosis.Explanations.Should().ContainSingle().Subject;
        (explanation.Rule, explanation.Phase, explanation.Confidence).Should().Be(("tftp-never-requested", "transfer", "observed"));
        (explanation.Cause, explanation.NextStep, explanation.Documentation).Should().Be(
            ("The firmware took an address and never asked for a file.", "Let UDP port 69 through.", null));
        explanation.Evidence.Select(line => (line.Time, line.Kind, line.Text)).Should().Equal(
            (new DateTimeOffset(2026, 11, 30, 10, 0, 4, 500, TimeSpan.Zero), "dhcp", "ACK 10.0.0.5"));
        diagnosis.Phases.Select(phase => (phase.Name, phase.End is null)).Should().Equal(("power", false), ("dhcp", true));
    }

    [Fact]
    public async Task A_preview_of_the_next_boot_has_requests_and_files()
    {
        var server = Answering("preview-boot.json");
        using var client = server.Client();

        var preview = await client.Machines.PreviewBootAsync("4y3h7n", "debian/bookworm", "8c2ncp", Cancellation);

        Asked(server).Should().Be(
            "GET /MAAS/api/2.0/machines/4y3h7n/?op=preview_boot&recipe=debian%2Fbookworm&compare_to=8c2ncp");
        preview.NextBoot.Should().Be("installer: debian/bookworm");
        preview.Requests.Select(request => (request.Request, request.Answer)).Should().Equal(
            ("DISCOVER of a BIOS", "undionly.kpxe"), ("DISCOVER of an unknown architecture", null));
        preview.Files[0].Should().Be(new MaasBootFile
        {
            Name = "preseed.cfg", Text = "d-i a/b string x\n", ReceivedAt = new DateTimeOffset(2026, 11, 30, 10, 0, 0, TimeSpan.Zero),
            Change = "",
        });
        (preview.Files[1].Text, preview.Files[1].Problem).Should().Be((null, "The machine's disks are not known."));
    }

    [Fact]
    public async Task Operations_are_listed_and_the_progress_of_one_is_read()
    {
        var server = Answering("operations.json");
        using var client = server.Client();

        var operations = await client.Machines.ListOperationsAsync(Cancellation).ToListAsync(Cancellation);

        Asked(server).Should().Be("GET /MAAS/api/2.0/machines/?op=operations");
        operations.Select(each => (each.SystemId, each.Operation, each.Step, each.Percent, each.PowerFailure)).Should().Equal(
            ("4y3h7n", "Deploying", "image", 40, null), ("8c2ncp", "Commissioning", "power", null, "The controller is silent."));
        (operations[0].Deadline - operations[0].Since).Should().Be(TimeSpan.FromMinutes(30));

        var other = Answering("progress.json");
        using var second = other.Client();
        var progress = await second.Machines.GetProgressAsync("4y3h7n", Cancellation);
        Asked(other).Should().Be("GET /MAAS/api/2.0/machines/4y3h7n/?op=progress");
        progress.Current.Should().Be("image");
        progress.Steps.Select(step => (step.Name, step.Reached, step.Time is null, step.Percent, step.Detail)).Should().Equal(
            ("allocated", true, false, null, "bob"), ("image", true, false, 40, null), ("deployed", false, true, null, null));
    }

    [Fact]
    public async Task An_inventory_of_a_controller_leaves_out_what_the_controller_does_not_show()
    {
        var server = Answering("bmc-inventory.json");
        using var client = server.Client();

        var inventory = await client.Machines.GetControllerInventoryAsync("4y3h7n", Cancellation);

        Asked(server).Should().Be("GET /MAAS/api/2.0/machines/4y3h7n/?op=bmc_inventory");
        (inventory.PowerState, inventory.Vendor, inventory.Serial, inventory.CpuCount, inventory.Memory).Should().Be(
            ("off", "Dell Inc.", null, 64, 262144));
        inventory.Processors.Should().Equal(new MaasControllerProcessor
        {
            Name = "CPU.Socket.1", Model = "EPYC 7543", Cores = 32, Threads = 64, InstructionSet = "x86-64",
        });
        inventory.MemoryModules.Select(module => (module.Memory, module.Type)).Should().Equal((262144, "DDR4"));
        inventory.Interfaces.Select(nic => (nic.MacAddress, nic.LinkSpeed, nic.LinkConnected)).Should().Equal(
            ("52:54:00:12:34:56", 25000, true), (null, null, null));
        inventory.Drives.Select(drive => (drive.Size, drive.Protocol)).Should().Equal((1_920_383_410_176, "NVMe"));
        inventory.Gaps.Should().Equal("The service lists no memory.");
    }

    [Fact]
    public async Task A_machine_is_enlisted_by_its_controller_and_its_password_is_not_printed()
    {
        var server = Answering("machine.json");
        using var client = server.Client();
        var fields = new EnlistControllerFields
        {
            PowerParameters = new Dictionary<string, string> { ["power_address"] = "https://bmc-1", ["power_pass"] = "hunter2" },
            Hostname = "web-1", MacAddresses = ["52:54:00:00:00:01", "52:54:00:00:00:02"], Pool = "lab",
        };

        (await client.Machines.EnlistControllerAsync(fields, Cancellation)).SystemId.Should().Be("4y3h7n");

        Asked(server).Should().Be("POST /MAAS/api/2.0/machines/?op=enlist_bmc");
        server.Requests[0].Body.Should().Be(
            "power_type=redfish&power_parameters_power_address=https%3A%2F%2Fbmc-1&power_parameters_power_pass=hunter2&hostname=web-1"
            + "&mac_addresses=52%3A54%3A00%3A00%3A00%3A01&mac_addresses=52%3A54%3A00%3A00%3A00%3A02&pool=lab");
        fields.ToString().Should().NotContain("hunter2");
    }

    [Fact]
    public async Task An_image_is_booted_once_and_ejected()
    {
        var server = Answering("machine.json");
        using var client = server.Client();

        await client.Machines.BootMediaAsync("4y3h7n", new Uri("http://10.0.0.1/a b.iso"), Cancellation);
        await client.Machines.EjectMediaAsync("4y3h7n", Cancellation);

        server.Requests.Select(request => request.Target).Should().Equal(
            "POST /MAAS/api/2.0/machines/4y3h7n/?op=boot_media", "POST /MAAS/api/2.0/machines/4y3h7n/?op=eject_media");
        server.Requests[0].Body.Should().Be("iso=http%3A%2F%2F10.0.0.1%2Fa+b.iso");
    }

    private static string Asked(StubServer server) => server.Requests.Should().ContainSingle().Subject.Target;

    private static StubServer Answering(string file) =>
        new(_ => StubServer.Json(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Recorded", file))));
}
