using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Maas.Boot.Files;
using Maas.Boot.Tests.Tftp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests;

/// <summary>One server that fails neither stops its neighbours nor the host, and is started again.</summary>
public sealed class BootServerFailureTests : IDisposable
{
    private readonly Application _application = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly Socket _holder = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly IPEndPoint _taken, _free;

    public BootServerFailureTests()
    {
        _holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _taken = (IPEndPoint)_holder.LocalEndPoint!; // bound above
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _free = (IPEndPoint)other.LocalEndPoint!; // bound above
    }

    private BootServices Services =>
        new() { Policy = _application, Files = _application, Observer = _application, TimeProvider = _time };

    public void Dispose() => _holder.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_cannot_listen_is_reported_waits_and_serves_when_the_port_is_free()
    {
        var options = new BootServerOptions { Dhcp = null, Tftp = new() { Listen = _taken }, Sntp = new() { Listen = _free } };
        var server = new BootServer(options, Services);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = server.RunAsync(stop.Token);
        var failed = await _application.FailedAsync();
        failed.Server.Should().Be("TFTP");
        failed.Reason.Should().StartWith($"UDP port {_taken.Port} of 127.0.0.1 cannot be taken");
        server.Health.Should().ContainEquivalentOf(new
        {
            Server = "TFTP",
            IsRunning = false,
            Failure = failed.Reason
        }).And.ContainEquivalentOf(new
        {
            Server = "SNTP",
            IsRunning = true,
            Failure = (string?)null
        });
        await AnswersTimeAsync(stop.Token);

        _holder.Dispose();
        using var client = new RawClient(_taken);
        do
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            _time.Advance(failed.RetryAfter); // again and again: the pause may not have begun yet
            client.AskRead("file");
        }
        while (client.HearsNothing(TimeSpan.FromMilliseconds(100)));

        (await client.ReceiveTextAsync()).Should().EndWith("content");
        server.Health.Should().OnlyContain(h => h.IsRunning);
        await stop.CancelAsync();
        await running;
    }

    [Fact(Timeout = 60_000)]
    public async Task Pauses_between_attempts_grow_to_half_a_minute()
    {
        var server = new BootServer(
            new BootServerOptions { Dhcp = null, Tftp = new() { Listen = _taken } },
            Services);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = server.RunAsync(stop.Token);
        List<double> pauses = [];
        while (pauses.Count < 8)
        {
            var failed = _application.FailedAsync();
            while (!failed.IsCompleted)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                await Task.WhenAny(failed, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, stop.Token));
            }

            pauses.Add((await failed).RetryAfter.TotalSeconds);
        }

        pauses.Should().Equal(1, 2, 4, 8, 16, 30, 30, 30);
        await stop.CancelAsync();
        await running;
    }

    [Fact(Timeout = 60_000)]
    public async Task A_host_lives_on_beside_a_server_that_cannot_listen()
    {
        var log = new LogLines();
        using var host = HostWith(log, o => (o.Dhcp, o.Tftp) = (null, new() { Listen = _taken }));
        await host.StartAsync(TestContext.Current.CancellationToken);
        await _application.FailedAsync();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.Should().BeFalse();
        await host.StopAsync(TestContext.Current.CancellationToken);
        log.Lines.Should().ContainSingle(
            l =>
                l.StartsWith(
                    "Warning: The TFTP server failed and is started again in 1 s: UDP port", StringComparison.Ordinal)).And.NotContain(
            l => l.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_host_that_is_disposed_of_without_being_stopped_logs_no_error()
    {
        var log = new LogLines();
        var host = HostWith(log, o => (o.Dhcp, o.Tftp) = (null, new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) }));
        await host.StartAsync(TestContext.Current.CancellationToken);
        while (!log.Lines.Any(l => l.Contains("TFTP listens", StringComparison.Ordinal)))
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        host.Dispose();
        log.Lines.Should()
            .NotContain(l => l.StartsWith("Critical", StringComparison.Ordinal) || l.StartsWith("Error", StringComparison.Ordinal));
    }

    private async Task AnswersTimeAsync(CancellationToken cancellationToken)
    {
        using var client = new UdpClient();
        client.Connect(_free);
        var request = new byte[48];
        request[0] = 0x23; // version 4, a client
        await client.SendAsync(request, cancellationToken);
        (await client.ReceiveAsync(cancellationToken)).Buffer.Should().HaveCount(48);
    }

    private IHost HostWith(LogLines log, Action<BootServerOptions> configure)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddSingleton<IBootPolicy>(_application)
            .AddSingleton<IBootFiles>(_application)
            .AddSingleton<IBootObserver>(_application);
        builder.Services.AddMaasBoot(configure);
        return builder.Build();
    }

    private sealed class Application : IBootPolicy, IBootFiles, IBootObserver
    {
        private readonly Channel<BootObservation.ServerFailed> _failures = Channel.CreateUnbounded<BootObservation.ServerFailed>();

        public async Task<BootObservation.ServerFailed> FailedAsync() =>
            await _failures.Reader.ReadAsync(TestContext.Current.CancellationToken);

        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) => default;

        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) =>
            new(BootFile.FromBytes("content"u8.ToArray()));

        public void Observe(BootObservation observation)
        {
            if (observation is BootObservation.ServerFailed failed) _failures.Writer.TryWrite(failed);
        }
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
