using Maas.Images;
using MaasNet.Output;
using Spectre.Console;

namespace MaasNet.Commands;

/// <summary>Shows how far a long import or build is: a bar on a terminal, a line for each step elsewhere.</summary>
internal static class ImportProgressBar
{
    /// <summary>Runs work that reports.</summary>
    public static async Task<T> RunAsync<T>(Report report, Func<IProgress<ImportProgress>, Task<T>> work)
    {
        if (report.IsJson || Console.IsOutputRedirected) return await work(new Lines(report));
        return await report.Terminal.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context => work(new Bar(context.AddTask("…", maxValue: 1))));
    }

    private static string TextOf(ImportProgress progress) =>
        progress.Item is { } item ? $"{progress.Step} {item}" : progress.Step;

    private sealed class Lines(Report report) : IProgress<ImportProgress>
    {
        private readonly Lock _gate = new();
        private string _last = "";

        public void Report(ImportProgress value)
        {
            lock (_gate)
            {
                if (TextOf(value) == _last) return;
                _last = TextOf(value);
            }

            report.Line(TextOf(value));
        }
    }

    private sealed class Bar(ProgressTask task) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            task.Description = Markup.Escape(MaasNet.Output.Report.Clean(TextOf(value)));
            task.IsIndeterminate = value.Fraction is null;
            task.Value = value.Fraction ?? 0;
        }
    }
}
