using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Api.Tests.Machines;

/// <summary><c>op=boot_media</c> and <c>op=eject_media</c>.</summary>
public sealed class BootMediaTests
{
    private static readonly (string Name, string Value) Iso = ("iso", "http://10.0.0.1/rescue.iso");

    [Fact]
    public async Task An_administrator_starts_a_machine_from_an_image_and_ejects_it()
    {
        var power = new MediaPower();
        await using var host = await ApiHost.StartAsync(power: power);
        var id = await RedfishMachineAsync(host);

        (await host.PostAsync(host.Admin, $"machines/{id}/?op=boot_media", Iso)).Expect(200).Json
            .GetProperty("status_name").GetString().Should().Be("New");
        await SettleAsync(host);
        power.Asked.Should().Equal("off", "boot http://10.0.0.1/rescue.iso");

        (await host.PostAsync(host.Admin, $"machines/{id}/?op=eject_media")).Expect(200);
        await SettleAsync(host);
        power.Asked.Should().Equal("off", "boot http://10.0.0.1/rescue.iso", "eject");
        (await host.MachineAsync(id)).BootMedia.Should().BeNull();
    }

    [Fact]
    public async Task Only_an_administrator_does()
    {
        var power = new MediaPower();
        await using var host = await ApiHost.StartAsync(power: power);
        var id = await RedfishMachineAsync(host);

        (await host.PostAsync(host.Bob, $"machines/{id}/?op=boot_media", Iso)).Expect(403);
        (await host.PostAsync(host.Bob, $"machines/{id}/?op=eject_media")).Expect(403);

        await SettleAsync(host);
        power.Asked.Should().BeEmpty();
    }

    [Theory]
    [InlineData("", "required")]
    [InlineData("ftp://10.0.0.1/a.iso", "http or https")]
    [InlineData("a.iso", "not the URL")]
    [InlineData("http://u:hunter2@10.0.0.1/a.iso", "no user")]
    [InlineData("http://127.0.0.1/a.iso", "loopback")]
    public async Task An_image_that_a_controller_cannot_fetch_is_refused(string iso, string reason)
    {
        await using var host = await ApiHost.StartAsync(power: new MediaPower());
        var id = await RedfishMachineAsync(host);

        (await host.PostAsync(host.Admin, $"machines/{id}/?op=boot_media", ("iso", iso))).Expect(400).Text
            .Should().Contain("iso").And.Contain(reason).And.NotContain("hunter2");
    }

    [Fact]
    public async Task A_machine_in_an_operation_and_one_without_virtual_media_are_refused()
    {
        await using var host = await ApiHost.StartAsync(power: new MediaPower());
        var busy = await RedfishMachineAsync(host);
        await host.DoAsync(busy, new MachineCommand.Commission());
        var manual = (await host.EnlistAsync("52:54:00:00:00:08")).Id;

        (await host.PostAsync(host.Admin, $"machines/{busy}/?op=boot_media", Iso)).Expect(409).Text.Should().Contain("Commissioning");
        (await host.PostAsync(host.Admin, $"machines/{manual}/?op=boot_media", Iso)).Expect(409).Text
            .Should().Be("Power type 'manual' has no virtual media.");
    }

    private static async Task SettleAsync(ApiHost host)
    {
        while (await host.Core.PowerQueue.PassAsync(ApiHost.Cancellation) > 0) { }
    }

    private static async Task<SystemId> RedfishMachineAsync(ApiHost host)
    {
        var created = await host.Core.Machines.CreateAsync(
            new NewMachine
            {
                MacAddresses = [MacAddress.Parse("52:54:00:00:00:07")],
                Power = new PowerSettings("redfish", new Dictionary<string, string>()),
            },
            "admin",
            ApiHost.Cancellation);
        return ((CreateResult.Created)created).Machine.Id;
    }

    private sealed class MediaPower : IMachinePower
    {
        public List<string> Asked { get; } = [];

        public bool HasVirtualMedia(MachinePowerTarget target) => target.Power.Type == "redfish";

        public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Done("on", MachinePowerState.On);

        public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Done("off", MachinePowerState.Off);

        public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Done("query", MachinePowerState.Off);

        public Task<MachinePowerResult> BootMediaAsync(MachinePowerTarget target, Uri image, CancellationToken cancellationToken) =>
            Done($"boot {image}", MachinePowerState.On);

        public Task<MachinePowerResult> EjectMediaAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
            Done("eject", MachinePowerState.Unknown);

        private Task<MachinePowerResult> Done(string what, MachinePowerState state)
        {
            Asked.Add(what);
            return Task.FromResult<MachinePowerResult>(new MachinePowerResult.Done(state));
        }
    }
}
