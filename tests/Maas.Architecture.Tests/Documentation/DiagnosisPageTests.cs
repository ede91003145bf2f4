using System.Globalization;
using System.Text;
using Maas.Core.Diagnosis;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>The table of docs/troubleshooting.md is written from the rules of the diagnosis.</summary>
public class DiagnosisPageTests
{
    [Fact]
    public void The_page_shows_every_rule()
    {
        var page = new StringBuilder("\n| rule | symptom | likely cause | next step |\n|---|---|---|---|\n");
        foreach (var rule in DiagnosisRules.All)
            page.Append(CultureInfo.InvariantCulture, $"| <a id=\"{rule.Name}\"></a>`{rule.Name}` | {GeneratedPage.Cell(rule.Symptom)} | ")
                .Append(CultureInfo.InvariantCulture, $"{GeneratedPage.Cell(rule.Cause)} | {GeneratedPage.Cell(rule.NextStep)} |\n");
        GeneratedPage.ShouldShow("docs/troubleshooting.md", "the rules of the diagnosis", page.Append('\n').ToString());
    }
}
