using System.Text;
using Scriban.Runtime;

namespace Maas.Install.Templates;

/// <summary>Takes what a template writes, up to <see cref="TemplateLimits.Output"/>.</summary>
internal sealed class BoundedOutput : IScriptOutput
{
    private readonly StringBuilder _text = new();

    public void Write(string text, int offset, int count)
    {
        if (_text.Length + count > TemplateLimits.Output)
            throw new InvalidOperationException($"The template writes more than {TemplateLimits.Output} characters.");
        _text.Append(text, offset, count);
    }

    public ValueTask WriteAsync(string text, int offset, int count, CancellationToken cancellationToken)
    {
        Write(text, offset, count);
        return ValueTask.CompletedTask;
    }

    public override string ToString() => _text.ToString();
}
