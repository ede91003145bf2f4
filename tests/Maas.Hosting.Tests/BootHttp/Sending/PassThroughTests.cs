using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;

namespace Maas.Hosting.Tests.BootHttp.Sending;

/// <summary>
/// Connections that fetch no boot file stay with Kestrel's own transport; a connection that mixes both gets every answer whole and in
/// order.
/// </summary>
public class PassThroughTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_after_other_answers_on_a_connection_is_whole_and_sent_by_the_kernel()
    {
        await using var server = await StartAsync();
        using var client = new HttpClient();
        for (var round = 0; round < 3; round++)
        {
            (await client.GetStringAsync(new Uri(server.Address, "/hello"), Cancelled)).Should().Be("hello");
            (await client.GetByteArrayAsync(server.Address, Cancelled)).Should().Equal(server.Content);
        }

        if (OperatingSystem.IsLinux()) (await server.SentByKernelAsync()).Should().Be(3 * server.Content.Length);
    }

    [Fact]
    public async Task Requests_that_are_written_at_once_are_answered_in_order_whatever_they_fetch()
    {
        await using var server = await StartAsync();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Address.Host, server.Address.Port, Cancelled);
        string[] paths = ["/large", "/file", "/hello", "/file", "/large", "/file"];
        var requests = string.Concat(
            paths.Select((path, i) => $"GET {path} HTTP/1.1\r\nHost: x\r\n{(i == paths.Length - 1 ? "Connection: close\r\n" : "")}\r\n"));
        await socket.SendAsync(Encoding.ASCII.GetBytes(requests), Cancelled);

        using var stream = new NetworkStream(socket);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Cancelled);
        var answers = all.ToArray();
        var at = 0;
        foreach (var path in paths)
        {
            var start = at + answers.AsSpan(at).IndexOf("\r\n\r\n"u8) + 4;
            var length = int.Parse(Encoding.ASCII.GetString(answers, at, start - at)
                .Split("Content-Length: ")[1].Split("\r\n")[0], System.Globalization.CultureInfo.InvariantCulture);
            var expected = path switch { "/file" => server.Content, "/large" => Large, _ => "hello"u8.ToArray() };
            answers.AsSpan(start, length).SequenceEqual(expected).Should().BeTrue($"of {path} at {at}");
            at = start + length;
        }

        at.Should().Be(answers.Length);
    }

    private static readonly byte[] Large = [.. Enumerable.Range(0, 1_000_000).Select(i => (byte)(i * 31))];

    private static Task<FileServer> StartAsync() =>
        FileServer.StartAsync(300_000, middleware: application => application.Use(async (context, next) =>
    {
        var answer = context.Request.Path.Value switch { "/hello" => "hello"u8.ToArray(), "/large" => Large, _ => null };
        if (answer is null)
        {
            await next(context);
            return;
        }

        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }));
}
