using Maas.Power.Ipmi;
using Maas.Power.Redfish;
using Maas.Testing.Controllers;

namespace Maas.Power.Tests;

/// <summary>Virtual media, as the drivers insert and eject them.</summary>
public sealed class VirtualMediaDriverTests
{
    private static readonly Uri Iso = new("http://10.0.0.1/rescue.iso");

    private static readonly PowerDrivers Drivers = new(
        [new RedfishDriver(new() { Timing = QuickTiming.Options }), new IpmiDriver(new() { Timing = QuickTiming.Options })]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_image_is_inserted_booted_once_and_ejected(bool atManager)
    {
        await using var bmc = new SimulatedRedfish(new() { HasMediaAtManager = atManager });
        var target = Redfish(bmc);

        (await Drivers.InsertMediaAsync(target, new Uri("http://10.0.0.1/old.iso"), Stop)).Should().BeOfType<PowerResult.Accepted>();
        (await Drivers.InsertMediaAsync(target, Iso, Stop)).Should().BeOfType<PowerResult.Accepted>();
        bmc.InsertedMedia.Should().Be(Iso.AbsoluteUri);
        bmc.Chassis.BootChoice.Should().Be(new SimulatedBootChoice("cdrom", IsUefi: true, Url: Iso.AbsoluteUri));
        bmc.Chassis.IsOn.Should().BeFalse();

        (await Drivers.EjectMediaAsync(target, Stop)).Should().BeOfType<PowerResult.Accepted>();
        bmc.InsertedMedia.Should().BeNull();
        var requests = bmc.Requests.Count(Ejects);
        (await Drivers.EjectMediaAsync(target, Stop)).Should().BeOfType<PowerResult.Accepted>();
        bmc.Requests.Count(Ejects).Should().Be(requests, "the drive is empty");
        bmc.OpenSessions.Should().Be(0);
    }

    [Fact]
    public async Task A_machine_that_is_on_keeps_the_image_from_which_it_runs()
    {
        await using var bmc = new SimulatedRedfish();
        var target = Redfish(bmc);
        await Drivers.InsertMediaAsync(target, Iso, Stop);
        await Drivers.TurnOnAsync(target, Stop);

        (await Drivers.InsertMediaAsync(target, Iso, Stop)).Should().BeOfType<PowerResult.Accepted>();

        bmc.Requests.Should().NotContain(request => Ejects(request));
        bmc.Requests.Count(request => request.EndsWith("VirtualMedia.InsertMedia", StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task The_boot_type_of_the_machine_is_that_of_the_image()
    {
        await using var bmc = new SimulatedRedfish();

        await Drivers.InsertMediaAsync(Redfish(bmc, ("power_boot_type", "legacy")), Iso, Stop);

        bmc.Chassis.BootChoice.Should().Be(new SimulatedBootChoice("cdrom", IsUefi: false, Url: Iso.AbsoluteUri));
    }

    [Fact]
    public async Task A_wrong_password_is_named()
    {
        await using var bmc = new SimulatedRedfish();

        var failed = (await Drivers.InsertMediaAsync(Redfish(bmc, ("power_pass", "hunter2hunter2")), Iso, Stop))
            .Should().BeOfType<PowerResult.Failed>().Subject;

        failed.Failure.Should().Be(PowerFailure.CredentialsRefused);
        failed.Reason.Should().NotContain("hunter2");
    }

    [Fact]
    public async Task A_driver_without_virtual_media_says_so()
    {
        Drivers.HasVirtualMedia("redfish").Should().BeTrue();
        Drivers.HasVirtualMedia("ipmi").Should().BeFalse();
        (await Drivers.EjectMediaAsync(new PowerTarget("ipmi", []), Stop)).Should().Be(
            new PowerResult.Unsupported("Power type 'ipmi' has no virtual media."));
    }

    private static bool Ejects(string request) => request.EndsWith("VirtualMedia.EjectMedia", StringComparison.Ordinal);

    private static PowerTarget Redfish(SimulatedRedfish bmc, params (string Name, string Value)[] more) => new("redfish",
    [
        new("power_address", bmc.Address.ToString()),
        new("power_user", "admin"),
        new("power_pass", "secret"),
        new("power_tls_fingerprint", bmc.CertificateFingerprint),
        .. more.Select(each => KeyValuePair.Create(each.Name, each.Value)), // the last value counts
    ]);
}
