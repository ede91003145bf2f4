using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Maas.Boot.Files;
using Maas.Hosting.BootHttp;
using Maas.Hosting.BootHttp.Sending;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Maas.Hosting.Tests.BootHttp.Sending;

/// <summary>Kestrel with the sending transport and one file at /file, on loopback.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly string _path = Path.GetTempFileName();
    private readonly TaskCompletionSource<long> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<Task<long>> _sentByKernel = [];

    private FileServer(
        int length, long lie, Action<ListenOptions>? listen, Action<IApplicationBuilder>? middleware, TimeProvider? timeProvider)
    {
        Content = RandomNumberGenerator.GetBytes(length);
        File.WriteAllBytes(_path, Content);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IConnectionListenerFactory, FileSendingTransport>();
        builder.WebHost.UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, options => listen?.Invoke(options)));
        _application = builder.Build();
        middleware?.Invoke(_application);
        _application.Map("/file", async context =>
        {
            var sentByKernel = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            _sentByKernel.Enqueue(sentByKernel.Task);
            using var file = new TestFile(_path, lie);
            try
            {
                var sent = await BootFileResult.SendAsync(context, file, "file", timeProvider ?? TimeProvider.System);
                _first.TrySetResult(sent);
            }
            catch (Exception failure)
            {
                _first.TrySetException(failure);
                throw;
            }
            finally
            {
                var output = context.Features.Get<IConnectionTransportFeature>()?.Transport.Output as FileSendingOutput;
                sentByKernel.SetResult(output?.SentOfFiles ?? 0);
            }
        });
    }

    public byte[] Content { get; }

    public Uri Address { get; private set; } = null!;

    /// <summary>
    /// What the kernel had sent on the connection of the last answer, once that has ended: a client may have all of it before.
    /// </summary>
    public Task<long> SentByKernelAsync() => _sentByKernel.Last();

    /// <summary>What the first answer said that it sent.</summary>
    public Task<long> FirstSent => _first.Task;

    /// <summary>Starts it with a file of <paramref name="length"/> random bytes that claims to have <paramref name="lie"/> more.</summary>
    public static async Task<FileServer> StartAsync(
        int length,
        long lie = 0,
        Action<ListenOptions>? listen = null,
        Action<IApplicationBuilder>? middleware = null,
        TimeProvider? timeProvider = null)
    {
        var server = new FileServer(length, lie, listen, middleware, timeProvider);
        await server._application.StartAsync();
        server.Address = new Uri(server._application.Urls.Single() + "/file");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        File.Delete(_path);
    }

    private sealed class TestFile(string path, long lie) : BootFile
    {
        private readonly SafeFileHandle _handle = File.OpenHandle(path, options: FileOptions.Asynchronous);

        public override long Length => RandomAccess.GetLength(_handle) + lie;

        public override SafeFileHandle Handle => _handle;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
            RandomAccess.ReadAsync(_handle, buffer, offset, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _handle.Dispose();
            base.Dispose(disposing);
        }
    }
}
