using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Maas.Power.Tests.Http;

/// <summary>An HTTP server of a test: a function from requests to answers, and what arrived.</summary>
internal sealed class HttpPeer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<HttpListenerRequest, string, (int Status, string Body)> _answer;
    private readonly Task _serving;

    public HttpPeer(Func<HttpListenerRequest, string, (int Status, string Body)> answer)
    {
        _answer = answer;
        using (var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Address = new Uri($"http://{probe.LocalEndPoint}/");
        }

        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    public List<string> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream);
            var body = await reader.ReadToEndAsync();
            lock (Requests) Requests.Add($"{context.Request.HttpMethod} {context.Request.RawUrl}");
            var (status, text) = _answer(context.Request, body);
            context.Response.StatusCode = status;
            if (status is >= 300 and < 400) context.Response.RedirectLocation = text;
            try
            {
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or IOException)
            {
                // The client had enough.
            }
        }
    }
}
