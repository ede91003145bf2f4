using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Maas.Api.OAuth;
using Maas.Core;
using Maas.Core.Accounts;

namespace Maas.Api.Tests.OAuth;

/// <summary>HMAC-SHA1 (RFC 5849 section 3.4): the document's own vectors, and requests signed by hand.</summary>
public class OAuthSignatureTests
{
    [Fact]
    public void The_base_string_of_section_3_4_1_1_is_made()
    {
        KeyValuePair<string, string>[] header =
        [
            new("oauth_consumer_key", "9djdj82h48djs9d2"), new("oauth_token", "kkk9d7dh3k39sjv7"),
                new("oauth_signature_method", "HMAC-SHA1"),
            new("oauth_timestamp", "137131201"), new("oauth_nonce", "7d8f3e4a"),
        ];

        var text = OAuthSignature.BaseString("post", "HTTP", "EXAMPLE.COM:80", "/request", header, "b5=%3D%253D&a3=a&c%40=&a2=r%20b",
            "c2&a3=2+q");

        text.Should().Be(
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2" +
            "%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7");
    }

    [Theory]
    // Section 1.2: temporary credentials, token credentials, and a photo.
    [InlineData("POST", "https", "photos.example.net", "/initiate", "", "74KNZJeDHnMBp0EMJ9ZHt/XKycU=", "",
        "oauth_consumer_key=dpf43f3p2l4k3l03&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131200&oauth_nonce=wIjqoS&oauth_callback=http%3A%2F%2Fprinter.example.com%2Fready")]
    [InlineData("POST", "https", "photos.example.net", "/token", "", "gKgrFCywp7rO0OXSjdot/IHF7IU=", "hdhd0244k9j7ao03",
        "oauth_consumer_key=dpf43f3p2l4k3l03&oauth_token=hh5s93j4hdidpola&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201&oauth_nonce=walatlh&oauth_verifier=hfdp7dh39dks9884")]
    [InlineData("GET", "http", "photos.example.net", "/photos", "file=vacation.jpg&size=original", "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
        "pfkkdhi9sl3r4s00",
        "oauth_consumer_key=dpf43f3p2l4k3l03&oauth_token=nnch734d00sl2jdk&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131202&oauth_nonce=chapoH")]
    public void The_signatures_of_section_1_2_are_right(string method, string scheme, string host, string path, string query,
        string signature, string tokenSecret, string header)
    {
        var parameters = header.Split('&').Select(pair => pair.Split('='))
            .Select(pair => KeyValuePair.Create(pair[0], Uri.UnescapeDataString(pair[1])));
        var consumerSecret = new Secret("kd94hf93k423kf44");

        var text = OAuthSignature.BaseString(method, scheme, host, path, parameters, query);

        OAuthSignature.Sign(text, consumerSecret, new Secret(tokenSecret)).Should().Be(signature);
        OAuthSignature.Verify(new Secret(signature), text, consumerSecret, new Secret(tokenSecret)).Should().BeTrue();
        OAuthSignature.Verify(new Secret(signature), text, consumerSecret, new Secret(tokenSecret + "x")).Should().BeFalse();
        OAuthSignature.Verify(new Secret(signature[1..]), text, consumerSecret, new Secret(tokenSecret)).Should().BeFalse();
        OAuthSignature.Verify(new Secret("no base64 !"), text, consumerSecret, new Secret(tokenSecret)).Should().BeFalse();
        OAuthSignature.Verify(new Secret(new string('A', 4000)), text, consumerSecret, new Secret(tokenSecret)).Should().BeFalse();
    }

    [Theory]
    [InlineData("http", "maas:80", "maas")]
    [InlineData("https", "maas:443", "maas")]
    [InlineData("http", "maas:443", "maas:443")]
    [InlineData("http", "MAAS:5240", "maas:5240")]
    [InlineData("http", "[::1]:80", "[::1]")]
    [InlineData("http", "[2001:db8::80]", "[2001:db8::80]")]
    public void Only_the_schemes_own_port_is_left_out(string scheme, string host, string signed) =>
        OAuthSignature.BaseString("GET", scheme, host, "/", []).Should().Be($"GET&{Uri.EscapeDataString($"{scheme}://{signed}/")}&");

    [Fact]
    public void What_is_no_UTF_8_is_signed_as_it_is() =>
        OAuthSignature.BaseString("GET", "http", "h", "/", [], "a=%ff%FE&b=%zz%4").Should()
            .EndWith("&" + Uri.EscapeDataString("a=%FF%FE&b=%25zz%254"));

    [Fact]
    public void No_query_throws() =>
        Gen.String.Sample(text => { _ = OAuthSignature.BaseString("GET", "http", "h", "/", [], text); });

    public static TheoryData<string, string, string?> Requests => new()
    {
        { "GET", "/MAAS/api/2.0/users/?op=whoami", null },
        { "GET", "/MAAS/api/2.0/machines/?hostname=a%20b&hostname=a+b&hostname=%C3%A9&tags=", null },
        { "GET", "/MAAS/api/2.0/files/a%2Fb%20c/", null },
        { "GET", "/MAAS//api/2.0/users/?op=whoami&", null },
        { "POST", "/MAAS/api/2.0/tags/", "name=ssd&comment=two+words%21*%27%28%29~&comment=again" },
        { "POST", "/MAAS/api/2.0/machines/?op=allocate", "mem=1&tags=" },
        { "POST", "/MAAS/api/1.0/nodes/?op=acquire", "name=nobody&anything=goes" },
        { "DELETE", "/MAAS/api/2.0/tags/nothing/", null },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_signed_with_HMAC_SHA1_is_taken_and_one_that_was_changed_is_not(string method, string target, string? form)
    {
        await using var host = await ApiHost.StartAsync();

        (await SendAsync(host, host.Admin, method, target, form)).Code.Should().NotBe(401).And.NotBe(403);
        (await SendAsync(host, host.Admin, method, target, form,
            sent: target + (target.Contains('?', StringComparison.Ordinal) ? "&x=1"
                : "?x=1"))).Expect(401).Text.Should().Contain("Invalid signature");
        if (form is not null) (await SendAsync(host, host.Admin, method, target, form, sentForm: form + "&x=1")).Expect(401);
    }

    [Fact]
    public async Task A_nonce_works_once_with_HMAC_SHA1_too_and_a_wrong_secret_uses_up_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        const string WhoAmI = "/MAAS/api/2.0/users/?op=whoami";
        var wrong = host.Bob with { TokenSecret = new Secret("wrong") };

        (await SendAsync(host, wrong, "GET", WhoAmI, null, nonce: "n")).Expect(401);
        (await SendAsync(host, host.Bob, "GET", WhoAmI, null, nonce: "n")).Expect(200).Json.GetProperty("username").GetString().Should()
            .Be("bob");
        (await SendAsync(host, host.Bob, "GET", WhoAmI, null, nonce: "n")).Expect(401).Text.Should().Contain("Nonce already used");
    }

    [Fact]
    public async Task A_body_that_is_no_form_is_not_signed()
    {
        await using var host = await ApiHost.StartAsync();
        using var upload = new MultipartFormDataContent { { new StringContent("state"), "filename" },
            { new ByteArrayContent([1, 2, 3]), "file", "file" } };

        (await SendAsync(host, host.Bob, "POST", "/MAAS/api/2.0/files/", null, content: upload)).Expect(201);
        (await host.GetAsync(host.Bob, "files/?op=get&filename=state")).Expect(200).Body.Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task A_machine_signs_its_signals_with_HMAC_SHA1_too()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var token = await host.TokenAsync(machine);
        var key = host.Bob with { ConsumerKey = token.ConsumerKey, TokenKey = token.TokenKey, TokenSecret = token.TokenSecret };

        (await SendAsync(host, key, "POST", "/MAAS/metadata/latest/", "op=signal&status=WORKING&error=a+b")).Expect(200);
    }

    private static async Task<Reply> SendAsync(
        ApiHost host, ApiKey key, string method, string target, string? form, string? sent = null, string? sentForm = null,
            string? nonce = null, HttpContent? content = null)
    {
        KeyValuePair<string, string>[] header =
        [
            new("oauth_consumer_key", key.ConsumerKey), new("oauth_token", key.TokenKey), new("oauth_signature_method", "HMAC-SHA1"),
                new("oauth_version", "1.0"),
            new("oauth_timestamp", host.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            new("oauth_nonce", nonce ?? Convert.ToHexString(RandomNumberGenerator.GetBytes(16))),
        ];
        var parts = target.Split('?', 2);
        var text = OAuthSignature.BaseString(method, "http", new Uri(host.Origin).Authority, parts[0], header, parts.Length > 1 ? parts[1]
            : "", form ?? "");
        var signature = OAuthSignature.Sign(text, new Secret(""), key.TokenSecret);
        var authorization = "OAuth realm=\"MAAS\", " +
            string.Join(", ", header.Append(new("oauth_signature", signature))
                .Select(each => $"{each.Key}=\"{Uri.EscapeDataString(each.Value)}\""));
        if (form is not null)
        {
            content = new ByteArrayContent(Encoding.ASCII.GetBytes(sentForm ?? form));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        }

        return await host.SendAsync(method, sent ?? target, authorization, content);
    }
}
