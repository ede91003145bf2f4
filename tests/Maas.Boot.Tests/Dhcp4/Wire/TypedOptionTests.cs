using System.Net;
using CsCheck;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Tests.Dhcp4.Wire;

public class TypedOptionTests
{
    private static readonly Gen<ClasslessRoute> Route = Gen.Select(Gen.UInt, Gen.Int[0, 32], Gen.UInt, (network, length, router) =>
        new ClasslessRoute(
            new IPNetwork(new IPv4Address(network).FirstOf(length).ToIPAddress(), length), new IPv4Address(router).ToIPAddress()));

    private static readonly Gen<string> Name =
        Gen.Char['a', 'z'].Array[1, 20].Select(c => new string(c)).Array[1, 5].Select(labels => string.Join('.', labels));

    [Fact]
    public void Routes_are_read_as_they_were_written() => Route.Array[1, 20].Sample(routes =>
    {
        var options = new DhcpOptions();
        ClasslessRoute.Set(options, routes);
        return ClasslessRoute.TryParse(options.Get(DhcpOptionCode.ClasslessStaticRoute), out var read) && read.SequenceEqual(routes);
    });

    [Fact]
    public void Domains_are_read_as_they_were_written() => Name.Array[1, 8].Sample(names =>
    {
        var options = new DhcpOptions();
        DomainSearchList.Set(options, names);
        return DomainSearchList.TryParse(options.Get(DhcpOptionCode.DomainSearch), out var read) && read.SequenceEqual(names);
    });

    [Fact]
    public void Name_services_are_read_as_they_were_written() => Gen.UShort.Array[1, 20].Sample(services =>
    {
        var options = new DhcpOptions();
        NameServiceSearch.Set(options, services);
        return NameServiceSearch.TryParse(options.Get(DhcpOptionCode.NameServiceSearch), out var read) && read.SequenceEqual(services);
    });

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 6, 0 })]
    public void An_odd_number_of_octets_is_no_search_order(byte[] value) => NameServiceSearch.TryParse(value, out _).Should().BeFalse();

    [Fact]
    public void User_classes_are_read_as_they_were_written() => Gen.Byte.Array[1, 60].Array[1, 6].Sample(classes =>
    {
        var options = new DhcpOptions();
        UserClass.Set(options, [.. classes.Select(c => (ReadOnlyMemory<byte>)c)]);
        return UserClass.Parse(options.Get(DhcpOptionCode.UserClass))
            .Select(c => Convert.ToHexString(c.Span))
            .SequenceEqual(classes.Select(Convert.ToHexString));
    });

    [Theory]
    [InlineData("iPXE")]
    [InlineData("\u0004iPXE\u0009x")]
    [InlineData("\0iPXE")]
    public void A_user_class_that_is_not_well_formed_is_one_class(string value) =>
        UserClass.Parse(System.Text.Encoding.Latin1.GetBytes(value)).Should().ContainSingle().Which.Length.Should().Be(value.Length);

    [Fact]
    public void Any_octets_are_routes_and_domains_or_are_not() => Gen.Byte.Array[0, 200].Sample(value =>
    {
        _ = UserClass.Parse(value);
        _ = ClasslessRoute.TryParse(value, out _);
        _ = DomainSearchList.TryParse(value, out _);
    }, iter: 20_000);

    [Fact]
    public void A_compressed_list_is_read()
    {
        // RFC 3397 section 2, its example: eng.apple.com. and marketing.apple.com.
        byte[] value = [3, .. "eng"u8, 5, .. "apple"u8, 3, .. "com"u8, 0, 9, .. "marketing"u8, 0xc0, 4];
        DomainSearchList.TryParse(value, out var names).Should().BeTrue();
        names.Should().Equal("eng.apple.com", "marketing.apple.com");
    }

    [Theory]
    [InlineData(new byte[] { 0xc0, 0 })]
    [InlineData(new byte[] { 1, (byte)'a', 0xc0, 2 })]
    [InlineData(new byte[] { 1, (byte)'a', 0xc0, 9 })]
    public void A_pointer_that_does_not_lead_back_ends_the_reading(byte[] value) =>
        DomainSearchList.TryParse(value, out _).Should().BeFalse();

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("\u00e9.example")]
    public void What_is_no_domain_is_not_written(string name) =>
        FluentActions.Invoking(() => DomainSearchList.Set(new DhcpOptions(), [name])).Should().Throw<ArgumentException>();
}
