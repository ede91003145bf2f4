using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Maas.Client;
using Maas.Client.Machines;
using Maas.Judges;
using Npgsql;

namespace Maas.Postgres.Tests;

/// <summary>The program <c>maas-server</c> as operators start it on several hosts.</summary>
public sealed partial class ServerProgramTests
{
    [Fact(Timeout = 120_000)]
    public async Task Two_servers_with_one_database_are_one_MAAS()
    {
        var stop = TestContext.Current.CancellationToken;
        var postgres = await PostgresServer.GetSharedAsync();
        await postgres.ExecuteAsync("CREATE DATABASE server_program");
        var database = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "server_program" }.ToString();
        var folder = Directory.CreateTempSubdirectory("maas-servers-");
        try
        {
            await using var first = await ServerProgram.StartAsync(folder.FullName, "a", database, stop);
            await using var second = await ServerProgram.StartAsync(folder.FullName, "b", database, stop);
            var key = MaasApiKey.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "a", "admin.apikey"), stop));
            using var atFirst = new MaasClient(first.Address, key);
            using var atSecond = new MaasClient(second.Address, key);

            var created = await atFirst.Machines.CreateAsync(
                new MachineFields { Architecture = "amd64/generic", MacAddresses = ["52:54:00:00:00:01"], Hostname = "shared" }, stop);

            (await atSecond.Machines.GetAsync(created.SystemId, stop)).Hostname.Should().Be("shared");
            using var http = new HttpClient();
            using var health = await http.GetAsync(new Uri(second.Address, "/health"), stop);
            health.StatusCode.Should().Be(HttpStatusCode.OK);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Host=/nowhere;Username=maas;Password=hunter2")]
    [InlineData("Colour=red;Password=hunter2")]
    public async Task A_database_that_cannot_be_used_is_one_line_without_the_password(string database)
    {
        using var process = ServerProgram.Start(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), database, []);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.Should().Be(1);
        (await error).Should().StartWith("maas: ").And.NotContain("hunter2").And.NotContain("   at ");
    }

    private sealed partial class ServerProgram(Process process, Uri address) : IAsyncDisposable
    {
        public Uri Address { get; } = address;

        public static async Task<ServerProgram> StartAsync(string folder, string name, string database, CancellationToken stop)
        {
            var process = Start(Path.Combine(folder, name), database, ["--secret-key", Path.Combine(folder, "secret.key")]);
            while (await process.StandardOutput.ReadLineAsync(stop) is { } line)
            {
                if (Dashboard().Match(line) is not { Success: true } found) continue;
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None); // a full pipe would stop it
                return new ServerProgram(process, new Uri(found.Value));
            }

            using (process) throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(stop));
        }

        public static Process Start(string data, string database, IEnumerable<string> arguments)
        {
            var program = Path.Combine(Repository.Root, "samples/MaasServer/bin", Repository.Configuration, "net10.0/MaasServer.dll");
            return Judge.Start(
                "dotnet", [program, "--data", data, "--postgres", database, "--listen", "http://127.0.0.1:0", .. arguments],
                Path.GetTempPath());
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        [GeneratedRegex("http://127.0.0.1:[0-9]+/MAAS/")]
        private static partial Regex Dashboard();
    }
}
