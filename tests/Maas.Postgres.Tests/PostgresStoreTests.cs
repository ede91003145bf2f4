using System.Collections.Concurrent;
using Maas.Core;
using Maas.Core.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Maas.Postgres.Tests;

public sealed class PostgresStoreTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_schema_of_a_newer_version_is_refused()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions();
        await OpenAsync(options, stop);
        await server.ExecuteAsync($"UPDATE {options.Schema}.schema_version SET version = 999");

        await FluentActions.Awaiting(() => OpenAsync(options, stop)).Should().ThrowAsync<StoreVersionException>()
            .WithMessage("*version 999*understands up to*");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_schema_of_another_program_is_left_alone()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions();
        await server.ExecuteAsync($"CREATE SCHEMA {options.Schema}; CREATE TABLE {options.Schema}.theirs (x int)");

        await FluentActions.Awaiting(() => OpenAsync(options, stop)).Should().ThrowAsync<StoreVersionException>()
            .WithMessage("*another program*");
    }

    [Fact(Timeout = 60_000)]
    public async Task Hosts_that_start_at_once_create_the_schema_once()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions(1);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => OpenAsync(options, stop))));

        (await server.ExecuteAsync($"SELECT count(*) FROM {options.Schema}.schema_version")).Should().Be(1L);
    }

    [Fact(Timeout = 60_000)]
    public async Task Schemas_of_one_database_are_apart()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        await using var first = new PostgresMaasStore(server.NewOptions(1));
        await using var second = new PostgresMaasStore(server.NewOptions(1));
        await first.OpenAsync(new StoreLimits(), stop);
        await second.OpenAsync(new StoreLimits(), stop);

        await first.Settings.SetAsync("a", "1", stop);

        (await second.Settings.GetAsync("a", stop)).Should().BeNull();
        (await Task.WhenAll(first.LeadAsync(stop), second.LeadAsync(stop))).Should().HaveCount(2);
    }

    [Theory]
    [InlineData("", "maas", 8)]
    [InlineData("Host=h", "Maas", 8)]
    [InlineData("Host=h", "a\"; DROP SCHEMA maas", 8)]
    [InlineData("Host=h", "maas", 0)]
    public void Options_that_cannot_be_are_refused(string connectionString, string schema, int connections)
    {
        var create = () => new PostgresMaasStore(
            new PostgresStoreOptions { ConnectionString = connectionString, Schema = schema, Connections = connections });

        create.Should().Throw<OptionsValidationException>();
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(601, 30)]
    [InlineData(10, -1)]
    [InlineData(10, 3601)]
    public void Times_that_cannot_be_are_refused(int command, int retry)
    {
        var create = () => new PostgresMaasStore(new PostgresStoreOptions
        {
            ConnectionString = "Host=h", CommandTimeout = TimeSpan.FromSeconds(command), RetryDuration = TimeSpan.FromSeconds(retry),
        });

        create.Should().Throw<OptionsValidationException>();
    }

    [Fact(Timeout = 60_000)]
    public async Task The_password_is_in_no_message()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var log = new TextLog();
        var options = server.NewOptions(2);
        options.ConnectionString = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Password = "hunter2" }.ToString();
        options.RetryDuration = TimeSpan.Zero;
        await using var store = new PostgresMaasStore(options, log);
        await store.OpenAsync(new StoreLimits(), stop);
        await store.Settings.SetAsync("a", "1", stop);
        await server.TerminateAsync(options);
        for (var attempt = 0; attempt < 4 && log.Lines.IsEmpty; attempt++)
        {
            var write = async () => await store.Settings.SetAsync("a", "2", stop);
            try
            {
                await write();
            }
            catch (StoreUnavailableException failure)
            {
                failure.ToString().Should().NotContain("hunter2");
            }
        }

        var wrong = server.NewOptions(1);
        wrong.ConnectionString = "Host=/nowhere;Username=maas;Password=hunter2;Nonsense=1";
        var failed = await FluentActions.Awaiting(() => OpenAsync(wrong, stop)).Should().ThrowAsync<OptionsValidationException>();

        failed.Which.ToString().Should().NotContain("hunter2");
        string.Join('\n', log.Lines).Should().NotContain("hunter2");
    }

    [Fact]
    public async Task One_line_of_the_composition_selects_the_store()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMaasCore();
        services.AddMaasPostgres("Host=db.example.com;Database=maas", options => options.Schema = "lab");
        await using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IMaasStore>().Should().BeOfType<PostgresMaasStore>();
        var options = provider.GetRequiredService<IOptions<PostgresStoreOptions>>().Value;
        (options.ConnectionString, options.Schema).Should().Be(("Host=db.example.com;Database=maas", "lab"));
    }

    private static async Task OpenAsync(PostgresStoreOptions options, CancellationToken stop)
    {
        await using var store = new PostgresMaasStore(options);
        await store.OpenAsync(new StoreLimits(), stop);
    }

    private sealed class TextLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
            // It holds text only.
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception) + exception);
    }
}
