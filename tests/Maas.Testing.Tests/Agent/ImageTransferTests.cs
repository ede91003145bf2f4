using System.Net;
using System.Net.Http.Headers;
using Maas.Testing.Agent;
using Maas.Testing.Events;
using Maas.Testing.Http;
using Maas.Testing.Tests.Servers;

namespace Maas.Testing.Tests.Agent;

/// <summary>An image whose connection breaks, from a server whose answers the test chooses.</summary>
public sealed class ImageTransferTests
{
    private static readonly byte[] Image = [.. Enumerable.Range(0, 100).Select(number => (byte)number)];

    private readonly ImpatientTime _time = new();
    private readonly List<string> _said = [];

    [Fact]
    public async Task A_broken_transfer_is_taken_up_where_it_broke_until_the_image_is_complete()
    {
        using var server = new BreakingServer(10, 0, 30, 1000);

        (await FetchAsync(server)).Should().Equal(Image);

        server.Asked.Should().Equal(0, 10, 10, 40);
        _said.Should().Equal("step=the image broke off at 10 of 100 bytes", "step=the image broke off at 10 of 100 bytes",
            "step=the image broke off at 40 of 100 bytes");
    }

    [Fact]
    public async Task A_server_that_breaks_off_twelve_times_in_a_row_is_given_up_with_how_far_it_came()
    {
        using var server = new BreakingServer(40);

        var fetch = () => FetchAsync(server);

        (await fetch.Should().ThrowAsync<AgentFailedException>())
            .WithMessage("the image broke off after 40 of 100 bytes; the connection broke 12 times in a row");
        server.Asked.Should().HaveCount(12).And.OnlyContain(from => from == 0 || from == 40);
        _time.Pauses.Should().Equal(1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15);
    }

    [Fact]
    public async Task A_server_that_has_the_image_no_more_ends_the_transfer_at_once()
    {
        using var server = new BreakingServer(40) { Refuses = HttpStatusCode.NotFound };

        var fetch = () => FetchAsync(server);

        (await fetch.Should().ThrowAsync<AgentFailedException>()).WithMessage("no image: the server answered 404*");
        server.Asked.Should().Equal(0, 40);
    }

    [Fact]
    public async Task A_server_that_sends_no_parts_fails_the_transfer_and_does_not_write_the_beginning_twice()
    {
        using var server = new BreakingServer(40, 1000) { IgnoresRanges = true };

        var fetch = () => FetchAsync(server);

        (await fetch.Should().ThrowAsync<AgentFailedException>()).WithMessage("the server does not send the image from byte 40 on");
    }

    private async Task<byte[]> FetchAsync(BreakingServer server)
    {
        using var client = new HttpClient(server, disposeHandler: false);
        var http = new MaasHttp("agent", client, TimeSpan.Zero, new MachineLog(_time), _time);
        var agent = new AgentServer(new AgentCommandLine(new Uri("http://server/MAAS"), null, null), http);
        await using var transfer = new ImageTransfer(agent, "/image", Image.Length, _said.Add, _time);
        using var got = new MemoryStream();
        await transfer.CopyToAsync(got, TestContext.Current.CancellationToken);
        return got.ToArray();
    }

    /// <summary>Breaks each answer off after so many bytes; those after the last, before the first.</summary>
    private sealed class BreakingServer(params int[] lengths) : HttpMessageHandler
    {
        private readonly Queue<int> _lengths = new(lengths);

        public List<long> Asked { get; } = [];

        /// <summary>The answer to all requests but the first.</summary>
        public HttpStatusCode? Refuses { get; init; }

        public bool IgnoresRanges { get; init; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var from = (int)(request.Headers.Range?.Ranges.Single().From ?? 0);
            Asked.Add(from);
            if (Refuses is { } status && Asked.Count > 1) return Task.FromResult(new HttpResponseMessage(status));
            var isPart = from > 0 && !IgnoresRanges;
            var bytes = isPart ? Image[from..] : Image;
            var length = Math.Min(_lengths.TryDequeue(out var next) ? next : 0, bytes.Length);
            var answer = new HttpResponseMessage(isPart ? HttpStatusCode.PartialContent : HttpStatusCode.OK)
            {
                Content = new StreamContent(new BreakingStream(bytes[..length], breaks: length < bytes.Length)),
            };
            if (isPart) answer.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, Image.Length - 1, Image.Length);
            return Task.FromResult(answer);
        }
    }
}
