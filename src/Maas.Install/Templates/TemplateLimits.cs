namespace Maas.Install.Templates;

/// <summary>The limits within which templates are rendered. They bound time and memory whatever a template contains.</summary>
public static class TemplateLimits
{
    /// <summary>The longest template, in characters.</summary>
    public const int Text = 64 * 1024;

    /// <summary>The longest result, in characters.</summary>
    public const int Output = 256 * 1024;

    /// <summary>The most steps of all loops together.</summary>
    public const int LoopSteps = 10_000;

    /// <summary>The most evaluated expressions and statements.</summary>
    public const int Evaluations = 200_000;

    /// <summary>The deepest nesting of snippets in snippets.</summary>
    public const int SnippetDepth = 8;

    /// <summary>The longest template or snippet name, in characters.</summary>
    public const int Name = 100;
}
