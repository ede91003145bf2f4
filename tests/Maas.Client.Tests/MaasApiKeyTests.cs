using System.Text.Json;
using Maas.Client.Accounts;
using Maas.Client.Machines;

namespace Maas.Client.Tests;

public class MaasApiKeyTests
{
    [Theory]
    [InlineData("c:t:s")]
    [InlineData("  c:t:s\n")]
    public void A_key_has_three_parts(string text)
    {
        var key = MaasApiKey.Parse(text);

        (key.ConsumerKey, key.TokenKey, key.Reveal()).Should().Be(("c", "t", "c:t:s"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c:t")]
    [InlineData("c:t:s:x")]
    [InlineData("c::s")]
    [InlineData("c:t:")]
    [InlineData("c:t t:s")]
    [InlineData("c:t:s\r\nX-Header")]
    [InlineData("c:t:\u00e9")]
    public void Anything_else_is_refused_without_repeating_it(string text)
    {
        MaasApiKey.TryParse(text, out _).Should().BeFalse();
        var parsing = () => MaasApiKey.Parse("consumer:token-part");
        parsing.Should().Throw<FormatException>().Which.Message.Should().NotContain("token-part");
    }

    [Theory]
    [InlineData("", "Endpoint")]
    [InlineData("Endpoint=maas", "Endpoint")]
    [InlineData("Endpoint=http://maas.test/MAAS/;s3cret", "'='")]
    [InlineData("Endpoint=http://maas.test/MAAS/;Password=s3cret", "another part")]
    [InlineData("Endpoint=http://maas.test/MAAS/;Key=s3cret", "three parts")]
    [InlineData("Endpoint=http://maas.test/MAAS/;Key=c:t:s3cret;KeyFile=/key", "both")]
    [InlineData("Endpoint=http://maas.test/MAAS/;KeyFile=", "KeyFile")]
    [InlineData("Endpoint=http://maas.test/MAAS/;KeyFile= ; ", "KeyFile")]
    public void A_connection_string_of_another_form_is_refused_without_repeating_it(string text, string reason)
    {
        var connecting = () => MaasClient.Connect(text);
        connecting.Should().Throw<FormatException>().Which.Message.Should().Contain(reason).And.NotContain("s3cret");
    }

    [Fact]
    public async Task A_connection_string_names_the_server_and_the_file_of_its_key()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "consumer:token:s3cret\n", TestContext.Current.CancellationToken);
        using var client = MaasClient.Connect($"endpoint=http://maas.test:5240/MAAS ; KeyFile={file}");
        client.Server.Should().Be(new Uri("http://maas.test:5240/MAAS/"));

        await File.WriteAllTextAsync(file, new string('k', 5000), TestContext.Current.CancellationToken);
        var connecting = () => MaasClient.Connect($"Endpoint=http://maas.test/MAAS/;KeyFile={file}");
        connecting.Should().Throw<FormatException>().WithMessage("*too long*");
        File.Delete(file);
    }

    [Fact]
    public void A_file_of_a_key_that_cannot_be_read_is_an_IOException()
    {
        var folder = Path.GetTempPath(); // refused as a file that this user may not read is, also to root
        var connecting = () => MaasClient.Connect($"Endpoint=http://maas.test/MAAS/;KeyFile={folder}");
        connecting.Should().Throw<IOException>();
    }

    [Fact]
    public void The_secret_is_in_no_text_and_no_JSON()
    {
        var key = MaasApiKey.Parse("consumer:token:s3cret");

        key.ToString().Should().Be("consumer:token:***");
        JsonSerializer.Serialize(key).Should().NotContain("s3cret");
        new MaasNamedApiKey("laptop", key).ToString().Should().NotContain("s3cret");
        new StubServer(_ => StubServer.Json("{}")).Client().ToString().Should().Be("http://maas.test/MAAS/");
        new MachineFields { PowerParameters = new Dictionary<string, string> { ["power_pass"] = "s3cret" } }.ToString()
            .Should().NotContain("s3cret");
    }
}
