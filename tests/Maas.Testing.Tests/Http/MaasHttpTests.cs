using System.Net;
using System.Text;
using Maas.Testing.Events;
using Maas.Testing.Http;
using Maas.Testing.Tests.Servers;

namespace Maas.Testing.Tests.Http;

/// <summary>What a machine's program does about answers that it cannot use.</summary>
public sealed class MaasHttpTests
{
    private static readonly Uri Url = new("http://server/MAAS/metadata/latest/maas-task");

    private readonly ImpatientTime _time = new();

    [Fact]
    public async Task An_answer_that_breaks_off_is_asked_for_again()
    {
        using var server = new Server(breaks: 3);

        using var answer = await SendAsync(server);

        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().Be("task=deploy");
        server.Bodies.Should().Equal("report", "report", "report", "report");
        _time.Pauses.Should().Equal(1, 2, 4);
    }

    [Fact]
    public async Task A_server_that_breaks_each_answer_off_is_given_up_after_twelve_requests()
    {
        using var server = new Server(breaks: int.MaxValue);

        await FluentActions.Awaiting(() => SendAsync(server)).Should().ThrowAsync<HttpRequestException>();

        server.Bodies.Should().HaveCount(12);
        _time.Pauses.Should().Equal(1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15);
    }

    private async Task<HttpResponseMessage> SendAsync(Server server)
    {
        using var client = new HttpClient(server, disposeHandler: false);
        var http = new MaasHttp("agent", client, TimeSpan.Zero, new MachineLog(_time), _time);
        return await http.SendAsync(HttpMethod.Post, Url, () => new StringContent("report"), TestContext.Current.CancellationToken);
    }

    /// <summary>Breaks its first answers off.</summary>
    private sealed class Server(int breaks) : HttpMessageHandler
    {
        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken)); // each has one
            var isWhole = Bodies.Count > breaks;
            var body = Encoding.UTF8.GetBytes(isWhole ? "task=deploy" : "task=dep");
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new BreakingStream(body, breaks: !isWhole)) };
        }
    }
}
