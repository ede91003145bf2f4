using System.Net;
using System.Text;
using Maas.Client;
using MaasNet.Commands;
using MaasNet.Output;

namespace MaasNet.Tests;

/// <summary>Waiting for an import of images of a server that answers as the test says.</summary>
public sealed class ImageSyncTests
{
    private const string BrokenOff =
        """{"importing":false,"result":"none","started":"2026-12-01T00:00:00Z","ended":null,"images":[],"failures":[]}""";

    private const string Succeeded =
        """{"importing":false,"result":"succeeded","started":"a","ended":"b","images":[],"failures":[]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_import_that_no_host_continues_is_a_failure()
    {
        using var server = new Server(BrokenOff);

        var wait = () => WaitAsync(server);

        (await wait.Should().ThrowAsync<CommandFailedException>()).Which.Message.Should().StartWith("the import broke off");
        server.Asked.Should().Be(301, "another host may continue it");
    }

    [Fact]
    public async Task An_import_that_another_host_continues_succeeds()
    {
        using var server = new Server(BrokenOff, BrokenOff.Replace("false", "true", StringComparison.Ordinal), Succeeded);

        await WaitAsync(server);

        server.Asked.Should().Be(3);
    }

    private static async Task WaitAsync(Server server)
    {
        using var http = new HttpClient(server, disposeHandler: false);
        using var client = new MaasClient(new Uri("http://maas.example/MAAS"), MaasApiKey.Parse("a:b:c"), null, http);
        using var session = new Session(client, new Report(json: true));
        await ImageSync.WaitAsync(session, new ClockWithoutPauses(TimeSpan.FromSeconds(1)), Token);
    }

    /// <summary>Gives its answers in their order, and the last one for ever.</summary>
    private sealed class Server(params string[] answers) : HttpMessageHandler
    {
        public int Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(answers[Math.Min(Asked++, answers.Length - 1)], Encoding.UTF8, "application/json"),
            });
    }
}
