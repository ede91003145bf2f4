using CsCheck;
using Maas.Power.Ipmi;

namespace Maas.Power.Tests.Ipmi;

public class IpmiParametersTests
{
    private static IpmiConnectionSettings? Settings(params (string Name, string Value)[] parameters) =>
        IpmiParameters.TryRead(Target(parameters), out var read, out _) ? read!.Settings : null;

    private static PowerTarget Target(params (string Name, string Value)[] parameters) =>
        new("ipmi", parameters.Select(p => KeyValuePair.Create(p.Name, p.Value)));

    [Fact]
    public void An_address_alone_is_enough()
    {
        var settings = Settings(("power_address", "10.0.0.7"));
        settings.Should().BeEquivalentTo(
            new { Host = "10.0.0.7", Port = 623, UserName = "", Privilege = IpmiPrivilege.Operator, Protocol = IpmiProtocol.Automatic });
    }

    [Fact]
    public void Every_parameter_of_MAAS_has_its_setting()
    {
        IpmiParameters.TryRead(
            Target(
                ("power_address", "bmc.example:6230"),
                ("power_user", "root"),
                ("power_pass", " blanks belong here "),
                ("power_driver", "LAN_2_0"),
                ("power_boot_type", "efi"),
                ("cipher_suite_id", "17"),
                ("k_g", "0x73ff"),
                ("privilege_level", "ADMIN"),
                ("workaround_flags", "opensesspriv, authcap intel20")),
            out var read,
            out _).Should().BeTrue();
        read!.Firmware.Should().Be(IpmiBootFirmware.Uefi);
        read.Settings.ControllerKey.ToArray().Should().Equal(0x73, 0xff);
        read.Settings.Should().BeEquivalentTo(new
        {
            Host = "bmc.example",
            Port = 6230,
            UserName = "root",
            Password = " blanks belong here ",
            Protocol = IpmiProtocol.Ipmi20,
            CipherSuite = 17,
            Privilege = IpmiPrivilege.Administrator,
            Workarounds = IpmiWorkarounds.NamePrivilegeAtOpen | IpmiWorkarounds.SkipCapabilities,
        });
    }

    [Fact]
    public void The_old_protocol_has_no_cipher_suite_and_no_key()
    {
        var settings = Settings(("power_address", "10.0.0.7"), ("power_driver", "LAN"), ("cipher_suite_id", "3"), ("k_g", "x"))!;
        settings.Protocol.Should().Be(IpmiProtocol.Ipmi15);
        settings.CipherSuite.Should().BeNull();
        settings.ControllerKey.IsEmpty.Should().BeTrue();
    }

    [Theory]
    [InlineData("fd00::7", "fd00::7", 623)]
    [InlineData("[fd00::7]", "fd00::7", 623)]
    [InlineData("[fd00::7]:6230", "fd00::7", 6230)]
    [InlineData(" 10.0.0.7:6230 ", "10.0.0.7", 6230)]
    public void Addresses_come_in_all_spellings(string address, string host, int port) =>
        Settings(("power_address", address)).Should().BeEquivalentTo(new { Host = host, Port = port });

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("-H")]
    [InlineData("host:0")]
    [InlineData("host:99999")]
    [InlineData("[fd00::7")]
    [InlineData("a\nb")]
    public void An_address_that_cannot_be_one_is_refused(string address) => Settings(("power_address", address)).Should().BeNull();

    [Theory]
    [InlineData("cipher_suite_id", "0")]
    [InlineData("cipher_suite_id", "18")]
    [InlineData("cipher_suite_id", "3 -U root")]
    [InlineData("power_driver", "LAN_3")]
    [InlineData("power_pass", "this is longer than twenty bytes")]
    [InlineData("power_user", "this is longer than 16 bytes")]
    [InlineData("privilege_level", "GOD")]
    [InlineData("k_g", "0x123")]
    [InlineData("k_g", "this is longer than twenty bytes")]
    public void A_parameter_that_cannot_be_right_is_named_and_nothing_is_sent(string name, string value)
    {
        IpmiParameters.TryRead(Target(("power_address", "10.0.0.7"), (name, value)), out _, out var problem).Should().BeFalse();
        problem.Should().Contain(name);
    }

    [Fact]
    public void No_parameter_makes_it_throw_or_passes_what_the_protocol_cannot_carry() =>
        Gen.Select(Gen.String, Gen.String, Gen.String, Gen.String).Sample((address, user, password, key) =>
        {
            if (IpmiParameters.TryRead(
                Target(("power_address", address), ("power_user", user), ("power_pass", password), ("k_g", key)), out var read, out _))
                IpmiClient.Problem(read!.Settings).Should().BeNull();
        });

    [Fact]
    public void Settings_print_no_secret() =>
        new IpmiConnectionSettings { Host = "10.0.0.7", UserName = "root", Password = "hunter2" }.ToString()
            .Should().Be("root@10.0.0.7:623");
}
