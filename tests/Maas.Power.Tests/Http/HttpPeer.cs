using System.Collections.Specialized;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Maas.Power.Tests.Http;

/// <summary>An HTTP server of a test: a function from requests to answers, and what arrived.</summary>
internal sealed class HttpPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<HttpPeerRequest, string, (int Status, string Body)> _answer;
    private readonly Task _serving;

    public HttpPeer(Func<HttpPeerRequest, string, (int Status, string Body)> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}/");
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    public List<string> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving;
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                await HandleAsync(client.GetStream());
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // The client had enough, or the test ended.
            }
        }
    }

    private async Task HandleAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        if (await reader.ReadLineAsync(_end.Token) is not { } first || first.Split(' ') is not [var method, var path, _]) return;
        var headers = new NameValueCollection();
        while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } line)
            if (line.Split(':', 2) is [var name, var value]) headers.Add(name, value.Trim());
        var body = new char[int.Parse(headers["Content-Length"] ?? "0", CultureInfo.InvariantCulture)];
        if (body.Length > 0) await reader.ReadBlockAsync(body, _end.Token); // with no room it would wait for more
        Requests.Add($"{method} {path}");
        var (status, text) = _answer(new HttpPeerRequest(method, new Uri(Address, path), headers), new string(body));
        var location = status is >= 300 and < 400 ? $"Location: {text}\r\n" : "";
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes(
                $"HTTP/1.1 {status} Test\r\n{location}Content-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}"),
            _end.Token);
    }
}

/// <summary>A request.</summary>
internal sealed record HttpPeerRequest(string HttpMethod, Uri Url, NameValueCollection Headers);
