using CsCheck;
using Maas.Api.Requests;

namespace Maas.Api.Tests.Requests;

public class UrlEncodedBodyTests
{
    [Fact]
    public void Fields_are_decoded_and_repeated_names_kept()
    {
        var form = Read("mac_addresses=aa%3Abb&mac_addresses=cc&comment=two+words%21&empty=&flag");

        form.All("mac_addresses").Should().Equal("aa:bb", "cc");
        form["comment"].Should().Be("two words!");
        form["empty"].Should().BeEmpty();
        form["flag"].Should().BeEmpty();
        form["absent"].Should().BeNull();
    }

    [Fact]
    public void No_text_throws() => Gen.String.Sample(text => { _ = UrlEncodedBody.Parse(text); });

    [Fact]
    public void What_is_written_is_read_back() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 10], Gen.String[Gen.Char['\u0001', '\ud7ff'], 0, 20]).Array[0, 10].Sample(fields =>
            Read(string.Join('&', fields.Select(field => $"{Uri.EscapeDataString(field.Item1)}={Uri.EscapeDataString(field.Item2)}")))
                .Fields.Select(field => (field.Key, field.Value)).SequenceEqual(fields));

    private static RequestForm Read(string body) => ((FormParse.Read)UrlEncodedBody.Parse(body)).Form;
}
