using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using FleetLoad;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Maas.Hosting.Tests.Webhooks;

/// <summary>A host with a webhook, and a receiver on loopback.</summary>
public sealed class WebhookServiceTests : IAsyncDisposable
{
    private const string Key = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("maas-webhooks");
    private readonly Channel<(string Id, JsonElement Event)> _received = Channel.CreateUnbounded<(string, JsonElement)>();
    private readonly ConcurrentQueue<long> _timestamps = [];
    private readonly ConcurrentBag<string> _logged = [];
    private Func<JsonElement, int> _answer = _ => 204;
    private WebApplication? _receiver;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_reach_the_endpoint_of_the_configuration_and_each_id_once_over_a_restart()
    {
        await ListenAsync();
        SystemId first, second;
        using (var host = await StartAsync())
        {
            first = await EnlistAsync(host, 1);
            (await _received.Reader.ReadAsync(Token)).Event.GetProperty("subject").GetString().Should().Be(first.ToString());
            // An attempt under way at the stop would be made again.
            var core = host.Services.GetRequiredService<MaasCore>();
            var last = await core.Machines.GetLastChangeAsync(Token);
            while (core.Deliveries.Single().State.Position < last) await Task.Yield();
            await host.StopAsync(Token);
        }

        using (var host = await StartAsync())
        {
            second = await EnlistAsync(host, 2);
            var (id, change) = await _received.Reader.ReadAsync(Token);
            change.GetProperty("subject").GetString().Should().Be(second.ToString(), "the first one was delivered before");
            change.GetProperty("id").GetString().Should().Be(id);
            await host.StopAsync(Token);
        }
    }

    [Fact]
    public async Task A_machine_whose_changes_are_refused_does_not_stop_the_others()
    {
        await ListenAsync();
        using var host = await StartAsync();
        var bad = await EnlistAsync(host, 1);
        await _received.Reader.ReadAsync(Token);
        var refused = 0;
        _answer = change => change.GetProperty("subject").GetString() == bad.ToString() && ++refused < 3 ? 500 : 204;
        var machines = host.Services.GetRequiredService<Machines>();
        await machines.EditAsync(bad, null, machine => machine with { Description = "one" }, Token);
        await machines.EditAsync(bad, null, machine => machine with { Description = "two" }, Token);
        for (var number = 2; number <= 5; number++) await EnlistAsync(host, number);

        List<JsonElement> received = [];
        while (received.Count < 8) received.Add((await _received.Reader.ReadAsync(Token)).Event);

        var ofBad = received.Where(change => change.GetProperty("subject").GetString() == bad.ToString())
            .Select(change => change.GetProperty("data").GetProperty("version").GetInt32()).ToList();
        ofBad.Should().HaveCount(4).And.BeInAscendingOrder("it was refused twice, and then followed by the next");
        received.Count(change => change.GetProperty("type").GetString() == "maas.machine.created").Should().Be(4);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task A_signature_has_the_time_of_the_store_and_not_that_of_the_host()
    {
        await ListenAsync();
        await using var store = new InMemoryMaasStore();
        using var host = await StartAsync(store: new SharedStore(store, isFirst: true, new DayAhead()));
        await EnlistAsync(host, 1);
        await _received.Reader.ReadAsync(Token);

        var signed = DateTimeOffset.FromUnixTimeSeconds(_timestamps.First());
        signed.Should().BeCloseTo(TimeProvider.System.GetUtcNow().AddDays(1), TimeSpan.FromHours(1));
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task A_dead_endpoint_degrades_the_health_and_no_log_has_the_url_or_the_key()
    {
        await ListenAsync();
        var url = _receiver!.Urls.Single();
        await _receiver.DisposeAsync();
        _receiver = null;
        using var host = await StartAsync(url);
        await EnlistAsync(host, 1);
        var delivery = host.Services.GetRequiredService<MaasCore>().Deliveries.Single();
        while (delivery.State.Failures == 0) await Task.Yield();

        delivery.State.LastFailure.Should().StartWith("127.0.0.1 cannot be reached: ");
        var report = await host.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => check.Name == "maas-delivery", Token);
        report.Entries["maas-delivery"].Status.Should().Be(HealthStatus.Healthy, "it waits for less than five minutes");
        report.Entries["maas-delivery"].Data["webhook-ci"].ToString().Should().Contain("pending 1");
        await host.StopAsync(Token);
        _logged.Should().Contain(line => line.StartsWith("Destination of delivery webhook-ci is unavailable: 127.0.0.1 cannot"));
        _logged.Should().NotContain(line => line.Contains("whsec_") || line.Contains("token=secret"));
    }

    [Theory]
    [InlineData("Url", "", "*Maas:Webhooks:ci:Url is missing*")]
    [InlineData("Url", "ftp://a/", "*Maas:Webhooks:ci:Url is missing: set an http or https address*")]
    [InlineData("Url", "https://ann:pass@a/", "*Maas:Webhooks:ci:Url: it must have no user name*")]
    [InlineData("SigningSecrets:0", "short", "*Maas:Webhooks:ci:SigningSecrets: a key is whsec_*")]
    [InlineData("Timeout", "00:00:00", "*Maas:Webhooks:ci:Timeout: the value must be*")]
    [InlineData("MostAttempts", "0", "*Maas:Webhooks:ci:MostAttempts: the value must be*")]
    [InlineData("LongestRetry", "00:00:00", "*Maas:Webhooks:ci:LongestRetry: the value must be*")]
    public async Task What_is_wrong_is_named_at_the_start(string key, string value, string message)
    {
        var start = () => StartAsync("http://127.0.0.1:9", null, (key, value));

        (await start.Should().ThrowAsync<OptionsValidationException>().WithMessage(message)).Which.Message
            .Should().NotContain("pass@").And.NotContain("token=");
    }

    public async ValueTask DisposeAsync()
    {
        if (_receiver is not null) await _receiver.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _receiver = builder.Build();
        _receiver.MapPost("/hook", async (HttpContext context) =>
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            var change = document.RootElement.Clone();
            context.Response.StatusCode = _answer(change);
            _timestamps.Enqueue(long.Parse(context.Request.Headers["webhook-timestamp"].ToString()));
            _received.Writer.TryWrite((context.Request.Headers["webhook-id"].ToString(), change));
        });
        await _receiver.StartAsync(Token);
    }

    private async Task<IHost> StartAsync(string? url = null, IMaasStore? store = null, params (string Key, string Value)[] changed)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Maas:DataDirectory"] = _data.FullName,
            ["Maas:Webhooks:ci:Url"] = (url ?? _receiver!.Urls.Single()) + "/hook?token=secret", // it listens
            ["Maas:Webhooks:ci:SigningSecrets:0"] = Key,
            ["Maas:Webhooks:ci:FirstRetry"] = "00:00:00.0500000",
            ["Maas:Webhooks:ci:LongestRetry"] = "00:00:00.1000000",
        };
        foreach (var (key, value) in changed) settings["Maas:Webhooks:ci:" + key] = value;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.AddProvider(new Lines(_logged));
        builder.Services.AddMaas(builder.Configuration.GetSection("Maas")).AddSqlite();
        if (store is not null) builder.Services.AddSingleton(store);
        builder.Services.AddHealthChecks().AddMaasHealthChecks();
        var host = builder.Build();
        try
        {
            await host.StartAsync(Token);
            var core = host.Services.GetRequiredService<MaasCore>();
            while (!core.Deliveries.Any(each => each.State.Delivers)) await Task.Yield();
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static async Task<SystemId> EnlistAsync(IHost host, int number)
    {
        var created = await host.Services.GetRequiredService<Machines>().EnlistAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse($"52:54:00:00:00:{number:x2}")] }, cancellationToken: Token);
        return created.Should().BeOfType<CreateResult.Created>().Which.Machine.Id;
    }

    private sealed class DayAhead : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddDays(1);
    }

    private sealed class Lines(ConcurrentBag<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add($"{formatter(state, exception)} {exception}".Trim());
    }
}
