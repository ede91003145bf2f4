using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp4.Server;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Hosting.Tests.Evidence;

public class MachineCaptureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machines_capture_is_the_operators_and_nobody_elses()
    {
        var tcpdump = Judge.Require("tcpdump", "tcpdump");
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);
        var machine = await server.EnlistAsync("52:54:00:12:34:57", Token);

        using var embedded = new MemoryStream();
        (await server.Get<IMachineCaptures>().WriteAsync(machine, embedded, Token)).Should().BeTrue();
        var path = $"api/2.0/machines/{machine.Id}/?op=get_capture";
        using var stranger = new HttpClient { BaseAddress = server.Base };
        (await stranger.GetAsync(path, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        using var node = await AskAsync(
            stranger, path, await server.Get<MaasCore>().MachineTokens.GetOrCreateAsync(machine.Id, Token) is { } own
                ? $"{own.ConsumerKey}:{own.TokenKey}:{own.TokenSecret.Reveal()}" : "");
        node.StatusCode.Should().BeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden);

        using var answer = await AskAsync(stranger, path, server.ApiKey);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var file = await answer.Content.ReadAsByteArrayAsync(Token);
        answer.Content.Headers.ContentLength.Should().Be(file.Length);
        PcapReader.Read(file).Should().Contain(p => p.IsDhcp && p.IsSent == true && p.Comment!.Length > 0).And
            .Contain(p => p.Destination.Port == server.TftpPort);
        var folder = Directory.CreateTempSubdirectory("maas-capture");
        var capture = Path.Combine(folder.FullName, "machine.pcapng");
        await File.WriteAllBytesAsync(capture, file, Token);
        (await Judge.RunAsync(tcpdump, ["-r", capture, "-n"], cancellationToken: Token)).Approved().Output.Should().Contain("UDP");
        folder.Delete(recursive: true);

        var unknown = ((CreateResult.Created)await server.Get<Machines>()
            .EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:99:99:99")] }, cancellationToken: Token)).Machine;
        (await AskAsync(stranger, $"api/2.0/machines/{unknown.Id}/?op=get_capture", server.ApiKey)).StatusCode.Should()
            .Be(HttpStatusCode.NotFound);
    }

    // OAuth 1.0a PLAINTEXT, as every MAAS client sends it.
    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string path, string key)
    {
        var parts = key.Split(':');
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization",
            $"OAuth oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", oauth_consumer_key=\"{parts[0]}\", " +
            $"oauth_token=\"{parts[1]}\", oauth_signature=\"%26{parts[2]}\", oauth_nonce=\"{Guid.CreateVersion7():N}\", " +
            $"oauth_timestamp=\"{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}\"");
        return await client.SendAsync(request, Token);
    }
}
