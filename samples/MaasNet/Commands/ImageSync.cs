using System.Globalization;
using System.Text.Json;
using Maas.Client;
using MaasNet.Output;
using Spectre.Console;

namespace MaasNet.Commands;

/// <summary>Waits for the server's import of images, with a bar for each image.</summary>
internal static class ImageSync
{
    private const int MostSilentReads = 300; // five minutes
    private static readonly TimeSpan S_interval = TimeSpan.FromSeconds(1);

    /// <summary>Waits until the import has ended, and writes what came of it.</summary>
    /// <exception cref="CommandFailedException">An image failed, or the import was stopped or broke off.</exception>
    public static async Task WaitAsync(Session session, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var status = session.Report.IsJson || Console.IsOutputRedirected
            ? await WaitAsync(session, timeProvider, new Lines(session.Report).Show, cancellationToken)
            : await session.Report.Terminal.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
                .StartAsync(context => WaitAsync(session, timeProvider, new Bars(context).Show, cancellationToken));
        if (status is not { } ended)
        {
            session.Report.Result("The import has ended.", ("importing", false));
            return;
        }

        var count = ended.GetProperty("images").GetArrayLength();
        if (session.Report.IsJson) session.Report.Object(ended);
        else
            session.Report.Line(string.Create(
                CultureInfo.InvariantCulture, $"{count} images are selected: {Column.Text(ended, "result")}"));
        string[] failures = [.. ended.GetProperty("failures").EnumerateArray().Select(each => each.GetString() ?? "")];
        if (failures.Length > 0) throw new CommandFailedException(string.Join('\n', failures));
        var result = Column.Text(ended, "result");
        if (result == "stopped") throw new CommandFailedException("the import was stopped");
        if (result != "succeeded") throw new CommandFailedException("the import broke off: no host of the server continues it");
    }

    // An import whose host has ended is not running until another one continues it: that is waited for as well, for five minutes.
    private static async Task<JsonElement?> WaitAsync(
        Session session, TimeProvider timeProvider, Action<JsonElement> show, CancellationToken cancellationToken)
    {
        for (var silent = 0; ;)
        {
            var status = await ReadAsync(session, cancellationToken);
            var isImporting = status is { } known
                ? known.GetProperty("importing").GetBoolean()
                : await session.Client.BootResources.IsImportingAsync(cancellationToken);
            if (status is { } seen) show(seen);
            var isOver = status is not { } last || Column.Text(last, "started").Length == 0 || Column.Text(last, "ended").Length > 0;
            silent = isImporting ? 0 : silent + 1;
            if (!isImporting && (isOver || silent > MostSilentReads)) return status;
            await Task.Delay(S_interval, timeProvider, cancellationToken);
        }
    }

    // Canonical's server says no more than whether it imports.
    private static async Task<JsonElement?> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            return await session.GetAsync("boot-resources/", new MaasForm().Add("op", "import_progress"), cancellationToken);
        }
        catch (MaasApiException unknown) when (unknown.StatusCode == System.Net.HttpStatusCode.BadRequest)
        {
            return null;
        }
    }

    private static string NameOf(JsonElement image) =>
        $"{Column.Text(image, "name")} {Column.Text(image, "architecture")} {Column.Text(image, "version")}";

    /// <summary>A line for each change of an image.</summary>
    private sealed class Lines(Report report)
    {
        private readonly Dictionary<string, string> _seen = new(StringComparer.Ordinal);

        public void Show(JsonElement status)
        {
            foreach (var image in status.GetProperty("images").EnumerateArray())
            {
                var (name, state) = (NameOf(image), Column.Text(image, "state"));
                if (_seen.GetValueOrDefault(name) != state && state != "waiting") report.Line($"{name}: {state}");
                _seen[name] = state;
            }
        }
    }

    /// <summary>A bar for each image that is fetched.</summary>
    private sealed class Bars(ProgressContext context)
    {
        private readonly Dictionary<string, ProgressTask> _bars = new(StringComparer.Ordinal);

        public void Show(JsonElement status)
        {
            foreach (var image in status.GetProperty("images").EnumerateArray())
            {
                if (Column.Text(image, "state") is "present" or "waiting") continue;
                var name = NameOf(image);
                if (!_bars.TryGetValue(name, out var bar))
                    _bars[name] = bar = context.AddTask(Markup.Escape(Report.Clean(name)), maxValue: image.GetProperty("size").GetInt64());
                bar.Value = image.GetProperty("received").GetInt64();
            }
        }
    }
}
