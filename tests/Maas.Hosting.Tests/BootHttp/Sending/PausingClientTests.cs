using System.Net;
using System.Net.Sockets;
using System.Text;
using Maas.Hosting.BootHttp.Sending;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Maas.Hosting.Tests.BootHttp.Sending;

/// <summary>
/// Clients that take nothing for a while: firmware that moves what it has loaded, a virtual machine on a busy host. Kestrel's own watch
/// reset their connections after five seconds.
/// </summary>
public sealed class PausingClientTests
{
    private const int Length = 24_000_000; // more than the sockets' buffers hold

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_watch_of_Kestrel_is_off_while_a_file_is_sent_by_the_kernel_and_patient_otherwise()
    {
        MinDataRate? rate = null;
        await using var server = await FileServer.StartAsync(100_000, middleware: application => application.Use(async (context, next) =>
        {
            await next(context);
            rate = context.Features.Get<IHttpMinResponseDataRateFeature>()!.MinDataRate; // Kestrel has it
        }));
        using var client = new HttpClient();

        (await client.GetByteArrayAsync(server.Address, Token)).Should().HaveCount(100_000);
        if (OperatingSystem.IsLinux()) rate.Should().BeNull();
        else rate!.GracePeriod.Should().Be(BootFileSender.LongestStall);
    }

    [Fact]
    public async Task A_client_that_pauses_and_goes_on_gets_the_whole_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "acknowledged bytes are known on Linux only");
        var time = new WatchedTime();
        await using var server = await FileServer.StartAsync(Length, timeProvider: time);
        using var socket = await ConnectAsync(server);

        await time.TimerAsync(); // the server waits for the client
        var almost = BootFileSender.LongestStall - TimeSpan.FromSeconds(1);
        time.Advance(almost);
        var taken = await TakeAsync(socket, 4_000_000);
        time.Advance(almost); // longer than a stall in all, and something was acknowledged between
        taken += await TakeAsync(socket, int.MaxValue);
        taken.Should().BeGreaterThan(Length);
        (await server.FirstSent).Should().Be(Length);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_for_a_minute_loses_its_connection()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "acknowledged bytes are known on Linux only");
        var time = new WatchedTime();
        await using var server = await FileServer.StartAsync(Length, timeProvider: time);
        using var socket = await ConnectAsync(server);

        await time.TimerAsync();
        while (!server.FirstSent.IsCompleted)
        {
            // What was under way when the server looked first may count once more.
            time.Advance(BootFileSender.LongestStall);
            await Task.WhenAny(server.FirstSent, time.TimerAsync());
        }

        (await server.FirstSent).Should().BeLessThan(Length);
    }

    private static async Task<Socket> ConnectAsync(FileServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 65536 };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Address.Port), Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /file HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"), Token);
        return socket;
    }

    private static async Task<long> TakeAsync(Socket socket, int most)
    {
        var buffer = new byte[65536];
        long taken = 0;
        while (taken < most && await socket.ReceiveAsync(buffer, Token) is var read and > 0) taken += read;
        return taken;
    }

    /// <summary>A clock that moves by hand and tells when something waits by it.</summary>
    private sealed class WatchedTime : TimeProvider
    {
        private readonly Microsoft.Extensions.Time.Testing.FakeTimeProvider _time = new();
        private TaskCompletionSource _timer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override long TimestampFrequency => _time.TimestampFrequency;

        public Task TimerAsync() => _timer.Task;

        public void Advance(TimeSpan by)
        {
            Interlocked.Exchange(ref _timer, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _time.Advance(by);
        }

        public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

        public override long GetTimestamp() => _time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = _time.CreateTimer(callback, state, dueTime, period);
            _timer.TrySetResult();
            return timer;
        }
    }
}
