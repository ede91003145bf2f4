using CsCheck;
using Maas.Api.OAuth;

namespace Maas.Api.Tests.OAuth;

public class OAuthHeaderTests
{
    private const string OAuthlib =
        """OAuth oauth_nonce="1379", oauth_timestamp="1763850000", oauth_version="1.0", oauth_signature_method="PLAINTEXT", """ +
        """oauth_consumer_key="c", oauth_token="t", oauth_signature="%26s" """;

    private static readonly string[] Pieces =
    [
        "OAuth ", "oauth_token", "=", "\"", ",", "%26", "%", " ", "oauth_nonce=\"1\"", "\u00e9", "\0"
    ];

    [Theory]
    [InlineData(OAuthlib)]
    [InlineData(
        """OAuth realm="OAuth", oauth_nonce="1379", oauth_timestamp="1763850000", oauth_version="1.0", """ +
        """oauth_signature_method="PLAINTEXT", oauth_consumer_key="c", oauth_token="t", oauth_signature="%26s" """)]
    [InlineData(
        """OAuth oauth_token="t",oauth_signature="%26s",realm="MAAS+API",oauth_consumer_key="c",""" +
        """oauth_signature_method="PLAINTEXT",oauth_timestamp="1763850000",oauth_nonce="1379",oauth_version="1.0" """)]
    [InlineData(
        """OAuth realm="", oauth_nonce="1379", oauth_timestamp="1763850000", oauth_consumer_key="c", """ +
        """oauth_signature_method="PLAINTEXT", oauth_version="1.0", oauth_token="t", oauth_signature="%26s" """)]
    public void Every_clients_order_and_realm_is_read(string header)
    {
        OAuthHeader.TryParse(header, out var parsed).Should().BeTrue();
        (parsed!.ConsumerKey, parsed.Token, parsed.SignatureMethod, parsed.Timestamp, parsed.Nonce, parsed.Version)
            .Should().Be(("c", "t", "PLAINTEXT", "1763850000", "1379", "1.0"));
        parsed.Signature.Reveal().Should().Be("&s");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("OAuth")]
    [InlineData("OAuthoauth_token=\"t\"")]
    [InlineData(
        """OAuth oauth_nonce="1", oauth_timestamp="1", oauth_signature_method="PLAINTEXT", oauth_consumer_key="c", oauth_token="t" """)]
    [InlineData(
        """OAuth oauth_nonce="1", oauth_timestamp="1", oauth_signature_method="PLAINTEXT", oauth_consumer_key="c", """ +
        """oauth_token="", oauth_signature="%26s" """)]
    public void A_header_without_its_parameters_is_none(string? header) => OAuthHeader.TryParse(header, out _).Should().BeFalse();

    [Fact]
    public void A_parameter_given_twice_is_refused() =>
        OAuthHeader.TryParse(OAuthlib.Trim() + ", oauth_token=\"other\"", out _).Should().BeFalse();

    [Fact]
    public void The_secret_is_never_printed()
    {
        OAuthHeader.TryParse(OAuthlib.Replace("%26s", "%26canary", StringComparison.Ordinal), out var parsed).Should().BeTrue();

        parsed!.ToString().Should().NotContain("canary");
    }

    [Fact]
    public void No_text_throws() =>
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 30]
            .Select(string.Concat)
            .Sample(header => { _ = OAuthHeader.TryParse(header, out _); });
}
