using Maas.Images;
using Spectre.Console;

namespace ImageTool.Verbs.Import;

/// <summary>A bar for each file.</summary>
internal static class ImportBars
{
    public static Task ShowAsync(IAsyncEnumerable<ImportProgress> reports) =>
        AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new DownloadedColumn(),
                new TransferSpeedColumn(),
                new RemainingTimeColumn())
            .StartAsync(async bars =>
            {
                Dictionary<string, ProgressTask> tasks = new(StringComparer.Ordinal);
                await foreach (var report in reports)
                {
                    if (report.Item is not { } item || report.Step is "done") continue;
                    if (!tasks.TryGetValue(item, out var task))
                        tasks[item] = task = bars.AddTask(Markup.Escape(FileName.Printable(item)), maxValue: report.Total ?? 1);
                    task.Description = Markup.Escape(FileName.Printable($"{report.Step} {item}"));
                    task.MaxValue = Math.Max(report.Total ?? 1, 1);
                    task.Value = report.Step is "list" or "keep" ? task.MaxValue : report.Done;
                }
            });
}
