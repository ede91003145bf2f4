namespace Maas.Core;

/// <summary>The messages with which MAAS's forms refuse a field, where more than one rule uses them.</summary>
internal static class FormMessages
{
    /// <summary>The field of an error that concerns the whole form.</summary>
    public const string WholeForm = "__all__";

    /// <summary>The field of an error that MAAS answers as plain text instead of as a form.</summary>
    public const string PlainText = "";

    public const string Required = "This field is required.";

    public const string Invalid = "Enter a valid value.";

    public static string NotAChoice(string value) => $"Select a valid choice. {value} is not one of the available choices.";

    public static string NotOneOf(string value, string noun, IEnumerable<string> choices) =>
        $"'{value}' is not a valid {noun}.  It should be one of: {string.Join(", ", choices.Select(choice => $"'{choice}'"))}.";

    public static string AtLeast(long least) => $"Ensure this value is greater than or equal to {least}.";

    public static string AtMost(long most) => $"Ensure this value is less than or equal to {most}.";

    public static string TooLong(string value, int most) => $"Ensure this value has at most {most} characters (it has {value.Length}).";
}
