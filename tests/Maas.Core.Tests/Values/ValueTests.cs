using CsCheck;

namespace Maas.Core.Tests.Values;

public class ValueTests
{
    [Theory]
    [InlineData("52:54:00:AB:cd:01")]
    [InlineData("52-54-00-ab-cd-01")]
    [InlineData("5254.00ab.cd01")]
    [InlineData("525400abcd01")]
    public void An_address_is_read_in_four_notations_and_written_in_one(string text)
    {
        var address = MacAddress.Parse(text);
        address.ToString().Should().Be("52:54:00:ab:cd:01");
        address.ToCompactString().Should().Be("525400abcd01");
        address.Should().Be(MacAddress.From([0x52, 0x54, 0, 0xab, 0xcd, 1]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("52:54:00:ab:cd")]
    [InlineData("52:54:00:ab:cd:0g")]
    [InlineData("52:54-00:ab:cd:01")]
    [InlineData("52:54:00:ab:cd:01 ")]
    [InlineData("5254.00ab:cd01")]
    public void Anything_else_is_no_address(string text) => MacAddress.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Group_addresses_and_zeros_name_no_interface()
    {
        MacAddress.Parse("01:00:5e:00:00:01").IsUnicast.Should().BeFalse();
        MacAddress.Parse("ff:ff:ff:ff:ff:ff").IsUnicast.Should().BeFalse();
        default(MacAddress).IsUnicast.Should().BeFalse();
        MacAddress.Parse("02:00:00:00:00:01").IsUnicast.Should().BeTrue();
    }

    [Fact]
    public void Any_octets_are_read_back_from_their_text() => Gen.Byte.Array[6].Sample(octets =>
        MacAddress.Parse(MacAddress.From(octets).ToString()) == MacAddress.From(octets));

    [Fact]
    public void No_text_makes_the_readers_throw() => Gen.String.Sample(text =>
    {
        _ = MacAddress.TryParse(text, out _);
        _ = SystemId.TryParse(text, out _);
    });

    [Fact]
    public void A_new_id_is_one_that_can_be_read()
    {
        var id = SystemId.New();
        id.ToString().Should().HaveLength(6);
        SystemId.Parse(id.ToString()).Should().Be(id);
        SystemId.Parse("node-0123456F-0000-0000-0000-000000000000".ToLowerInvariant()).ToString().Should()
            .Be("node-0123456f-0000-0000-0000-000000000000");
        SystemId.TryParse("ABC346", out _).Should().BeFalse();
        SystemId.TryParse("abc34", out _).Should().BeFalse();
        SystemId.TryParse("../../", out _).Should().BeFalse();
    }

    [Fact]
    public void A_secret_prints_as_stars_and_compares_by_content()
    {
        var secret = new Secret("hunter2");
        $"{secret}".Should().Be("***");
        new { secret }.ToString().Should().NotContain("hunter2");
        (secret == new Secret("hunter2")).Should().BeTrue();
        (secret == new Secret("hunter3")).Should().BeFalse();
        default(Secret).IsEmpty.Should().BeTrue();
    }
}
