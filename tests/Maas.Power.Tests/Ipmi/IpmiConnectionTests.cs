using CsCheck;
using Maas.Power.Ipmi;

namespace Maas.Power.Tests.Ipmi;

public class IpmiConnectionTests
{
    private static string? Arguments(params (string Name, string Value)[] parameters) =>
        IpmiConnection.TryCreate(Target(parameters), out var connection, out _) ? string.Join(' ', connection!.Arguments) : null;

    private static PowerTarget Target(params (string Name, string Value)[] parameters) =>
        new("ipmi", parameters.Select(p => KeyValuePair.Create(p.Name, p.Value)));

    [Fact]
    public void An_address_alone_is_enough() =>
        Arguments(("power_address", "10.0.0.7")).Should().Be("-v -I lanplus -H 10.0.0.7 -L OPERATOR -N 2 -R 3 -E");

    [Fact]
    public void Every_parameter_of_MAAS_has_its_option() =>
        Arguments(
            ("power_address", "bmc.example:6230"),
            ("power_user", "root"),
            ("cipher_suite_id", "17"),
            ("k_g", "0x73657361 6d65".Replace(" ", "")),
            ("privilege_level", "ADMIN"),
            ("workaround_flags", "opensesspriv intel20"))
            .Should().Be("-v -I lanplus -H bmc.example -L ADMINISTRATOR -N 2 -R 3 -p 6230 -U root -E -C 17 -K -o intelplus");

    [Fact]
    public void The_old_protocol_has_no_cipher_suite_and_no_key() =>
        Arguments(("power_address", "10.0.0.7"), ("power_driver", "LAN"), ("cipher_suite_id", "3"), ("k_g", "x")).Should().Contain(
            "-I lan ").And.NotContain(
            "-C").And.NotContain(
            "-K");

    [Theory]
    [InlineData("fd00::7", "-H fd00::7 -L OPERATOR -N 2 -R 3 -E")]
    [InlineData("[fd00::7]", "-H fd00::7 -L OPERATOR -N 2 -R 3 -E")]
    [InlineData("[fd00::7]:6230", "-H fd00::7 -L OPERATOR -N 2 -R 3 -p 6230 -E")]
    [InlineData(" 10.0.0.7:6230 ", "-H 10.0.0.7 -L OPERATOR -N 2 -R 3 -p 6230 -E")]
    public void Addresses_come_in_all_spellings(string address, string arguments) =>
        Arguments(("power_address", address)).Should().EndWith(arguments);

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("-H")]
    [InlineData("host:0")]
    [InlineData("host:99999")]
    [InlineData("[fd00::7")]
    [InlineData("a\nb")]
    public void An_address_that_cannot_be_one_is_refused(string address) => Arguments(("power_address", address)).Should().BeNull();

    [Theory]
    [InlineData("cipher_suite_id", "18")]
    [InlineData("cipher_suite_id", "3 -U root")]
    [InlineData("power_pass", "this is longer than twenty bytes")]
    [InlineData("power_user", "this is longer than 16 bytes")]
    [InlineData("privilege_level", "GOD")]
    [InlineData("k_g", "0xff00")]
    [InlineData("k_g", "0x123")]
    public void A_parameter_that_cannot_be_right_is_named_and_nothing_is_sent(string name, string value)
    {
        IpmiConnection.TryCreate(Target(("power_address", "10.0.0.7"), (name, value)), out _, out var problem).Should().BeFalse();
        problem.Should().Contain(name);
    }

    [Fact]
    public void No_parameter_whatever_makes_it_throw_or_become_a_second_argument() =>
        Gen.Select(Gen.String, Gen.String, Gen.String, Gen.String).Sample((address, user, password, key) =>
        {
            if (!IpmiConnection.TryCreate(
                Target(("power_address", address), ("power_user", user), ("power_pass", password), ("k_g", key)),
                out var connection,
                out _))
                return;
            connection!.Arguments.Should().NotContain(a => a.Any(char.IsControl));
            connection.Environment.Values.Should().NotContain(v => v.Contains('\0'));
        });
}
