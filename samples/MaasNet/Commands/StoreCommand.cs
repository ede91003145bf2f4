using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Maas.Core;
using Maas.Core.Stores;
using MaasNet.Output;
using Spectre.Console;

namespace MaasNet.Commands;

/// <summary><c>maas-net store</c>: backups, and copies between SQLite and PostgreSQL.</summary>
internal static class StoreCommand
{
    private static readonly Column[] S_columns = [Column.Of("TABLE", "table"), Column.Of("ROWS", "rows"), Column.Of("SHA-256", "sha256")];

    public static Command Create() => new(
        "store", "Back up, restore and copy the store of a server. The images and secret.key are files beside it: copy them too.")
    {
        BackUp(), Restore(), Copy(),
    };

    private static Command BackUp()
    {
        var file = FileOf("The file to write. It contains secrets, and only its owner may read it.");
        var store = StoreOption("--store", "The store: " + StoreAddress.Description + ".");
        var force = new Option<bool>("--force") { Description = "Replaces the file when it exists." };
        var command = new Command("backup", "Write a backup of one moment. The server may be running.")
        {
            Arguments = { file },
            Options = { store, force },
        };
        OnRun(command, (parsed, progress, cancellationToken) => StoreBackupFile.WriteAsync(
            StoreAddress.Open(parsed.GetRequiredValue(store)), parsed.GetRequiredValue(file), parsed.GetValue(force), progress,
            cancellationToken));
        return command;
    }

    private static Command Restore()
    {
        var file = FileOf("The backup.");
        var store = StoreOption("--store", "The store to create: " + StoreAddress.Description + ".");
        var force = new Option<bool>("--force") { Description = "Replaces the store when it exists." };
        var command = new Command(
            "restore", "Restore a backup into a store, of the same engine or the other, and compare each table. Stop the servers first.")
        {
            Arguments = { file },
            Options = { store, force },
        };
        OnRun(command, (parsed, progress, cancellationToken) => StoreBackupFile.RestoreAsync(
            StoreAddress.Open(parsed.GetRequiredValue(store)), parsed.GetRequiredValue(file),
            parsed.GetValue(force) ? StoreRestoreMode.Replace : StoreRestoreMode.IntoEmpty, progress, cancellationToken));
        return command;
    }

    private static Command Copy()
    {
        var from = StoreOption("--from", "The store to copy: " + StoreAddress.Description + ".");
        var to = StoreOption("--to", "The store to create: the same.");
        var command = new Command(
            "copy", "Copy a store between SQLite and PostgreSQL with all ids and numbers, and compare each table. Stop the servers first.")
        {
            Options = { from, to },
        };
        OnRun(command, (parsed, progress, cancellationToken) => StoreCopy.RunAsync(
            StoreAddress.Open(parsed.GetRequiredValue(from)), StoreAddress.Open(parsed.GetRequiredValue(to)), progress, cancellationToken));
        return command;
    }

    private static Argument<string> FileOf(string description) => new("file") { Description = description, HelpName = "FILE" };

    private static Option<string> StoreOption(string name, string description) =>
        new(name) { Description = description, HelpName = "STORE", Required = true };

    private static void OnRun(
        Command command, Func<ParseResult, IProgress<StoreBackupProgress>, CancellationToken, Task<StoreBackup>> run) =>
        Session.OnRunLocally(command, async (parsed, report, cancellationToken) =>
        {
            try
            {
                var result = await WithProgressAsync(report, progress => run(parsed, progress, cancellationToken));
                Write(report, result);
            }
            catch (Exception refused) when (refused is StoreBackupException or StoreLockedException or StoreVersionException
                or StoreUnavailableException or DbException or NotSupportedException)
            {
                throw new CommandFailedException(refused.Message);
            }
        });

    private static async Task<StoreBackup> WithProgressAsync(
        Report report, Func<IProgress<StoreBackupProgress>, Task<StoreBackup>> run)
    {
        if (report.IsJson || Console.IsOutputRedirected) return await run(new Progress<StoreBackupProgress>());
        return await report.Terminal.Status().StartAsync("…", status => run(new Progress<StoreBackupProgress>(
            progress => status.Status(string.Create(CultureInfo.InvariantCulture, $"{progress.Table}: {progress.Rows} rows")))));
    }

    private static void Write(Report report, StoreBackup result)
    {
        report.List([.. result.Tables.Select(ToJson)], S_columns);
        report.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Rows} rows in {result.Tables.Count} tables, schema {result.Schema} of {result.Engine}"));
        foreach (var table in result.LeftOut) Report.Error($"{table} was left out: the other engine does not have it");
    }

    private static JsonElement ToJson(StoreBackupTable table) => JsonSerializer.SerializeToElement(
        new Dictionary<string, JsonElement>
        {
            ["table"] = JsonSerializer.SerializeToElement(table.Name, TextJson.Default.String),
            ["rows"] = JsonSerializer.SerializeToElement(table.Rows, TextJson.Default.Int64),
            ["sha256"] = JsonSerializer.SerializeToElement(table.Digest, TextJson.Default.String),
        },
        TextJson.Default.DictionaryStringJsonElement);
}
