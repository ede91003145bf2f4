using Maas.Judges;

namespace Maas.Api.Tests.Clients;

/// <summary>oauthlib, which requests_oauthlib and the Cluster API provider's kin sign with, and whose default is HMAC-SHA1.</summary>
public class OauthlibTests
{
    [Fact]
    public async Task What_oauthlib_signs_with_HMAC_SHA1_is_taken()
    {
        var python = Judge.RequireFile("/usr/bin/python3", "python3");
        Judge.RequireFile("/usr/lib/python3/dist-packages/oauthlib/oauth1/__init__.py", "python3-oauthlib");
        await using var host = await ApiHost.StartAsync();
        var key = host.Admin;
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "Clients", "signer.py"), host.Origin, key.ConsumerKey, key.TokenKey,
                key.TokenSecret.Reveal(),
        ];

        var verdict = (await Judge.RunAsync(python, arguments, cancellationToken: ApiHost.Cancellation)).Approved();

        verdict.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .Select(line => (line[0], line[^1]))
            .Should().Equal([("GET", "200"), ("GET", "200"), ("GET", "404"), ("POST", "200"), ("PUT", "200"), ("POST", "409"),
                ("DELETE", "204")], verdict.Output);
    }
}
