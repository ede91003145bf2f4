using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VmLab.Networks;

namespace VmLab.Servers;

/// <summary>
/// The Debian mirror as the lab's private link sees it: the link has no way out, so this answers on it and fetches from
/// the host's mirror. Packages, whose names change with their content, are kept for the next run.
/// </summary>
public sealed class MirrorRelay : IAsyncDisposable
{
    private const int Port = 3142;

    private readonly HttpClient _upstream = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly WebApplication _application;
    private readonly string _cacheFolder;
    private readonly Uri _mirror;

    private MirrorRelay(LabNetwork network, Uri mirror, string cacheFolder)
    {
        (_mirror, _cacheFolder) = (mirror, Directory.CreateDirectory(cacheFolder).FullName);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(LabNetwork.ServerAddress, Port));
        builder.Services.Configure<SocketTransportOptions>(
            transport => transport.CreateBoundListenSocket = address => Bind(network, address));
        _application = builder.Build();
        _application.MapGet("/debian/{**path}", AnswerAsync);
    }

    /// <summary>The mirror's address for a server on the link.</summary>
    public static Uri Address { get; } = new($"http://{LabNetwork.ServerAddress}:{Port}/debian/");

    public static async Task<MirrorRelay> StartAsync(
        LabNetwork network,
        Uri mirror,
        string cacheFolder,
        CancellationToken cancellationToken)
    {
        var relay = new MirrorRelay(network, mirror, cacheFolder);
        await relay._application.StartAsync(cancellationToken);
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _upstream.Dispose();
    }

    private static Socket Bind(LabNetwork network, EndPoint address)
    {
        var socket = network.OpenSocket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(address);
        return socket;
    }

    private async Task AnswerAsync(HttpContext context, string path)
    {
        var kept = path.StartsWith("pool/", StringComparison.Ordinal) || path.Contains("/by-hash/", StringComparison.Ordinal);
        var file = Path.Combine(
            _cacheFolder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(new Uri(_mirror, path).AbsoluteUri))));
        if (!kept || !File.Exists(file))
        {
            using var answer =
                await _upstream.GetAsync(new Uri(_mirror, path), HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentLength = answer.Content.Headers.ContentLength;
            if (!kept || !answer.IsSuccessStatusCode)
            {
                await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
                return;
            }

            var partial = $"{file}.{Environment.ProcessId}.{context.TraceIdentifier.Replace(':', '-')}";
            await using (var copy = File.Create(partial)) await answer.Content.CopyToAsync(copy, context.RequestAborted);
            File.Move(partial, file, overwrite: true);
        }

        context.Response.ContentLength = new FileInfo(file).Length;
        await context.Response.SendFileAsync(file, context.RequestAborted);
    }
}
