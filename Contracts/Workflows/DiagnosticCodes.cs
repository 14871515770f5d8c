namespace Switchyard.Contracts.Workflows;

/// <summary>The stable codes of all diagnostics; docs/lint-codes.md explains each, and a test keeps the two in step.</summary>
public static class DiagnosticCodes
{
    // Reading: the text.
    public const string Malformed = "WF001";
    public const string TooLarge = "WF002";
    public const string TooDeep = "WF003";
    public const string DuplicateKey = "WF004";
    public const string AliasBomb = "WF005";
    public const string UnsupportedYaml = "WF006";
    public const string NumberOutOfRange = "WF007";
    public const string ScalarTooLong = "WF008";
    public const string InvalidText = "WF009";

    // Reading: the shape.
    public const string UnknownField = "WF010";
    public const string MissingField = "WF011";
    public const string WrongType = "WF012";
    public const string InvalidValue = "WF013";
    public const string InvalidSlug = "WF020";
    public const string InvalidVersion = "WF021";
    public const string InvalidStepId = "WF022";

    // Lint: the graph.
    public const string DuplicateStepId = "WF101";
    public const string UnknownDependency = "WF102";
    public const string Cycle = "WF103";
    public const string UnknownStepReference = "WF104";
    public const string NotAnAncestor = "WF105";
    public const string UnreachableStep = "WF106";

    // Lint: parameters.
    public const string UndeclaredParameter = "WF110";
    public const string UnusedParameter = "WF111";
    public const string InvalidSchema = "WF112";
    public const string InvalidDefault = "WF113";

    // Lint: actions and what they are given.
    public const string UnknownAction = "WF120";
    public const string MissingInput = "WF121";
    public const string UnknownInput = "WF122";
    public const string InvalidInput = "WF123";
    public const string ConflictingInput = "WF124";

    // Lint: expressions.
    public const string ExpressionSyntax = "WF130";
    public const string UnknownFunction = "WF131";
    public const string WrongArguments = "WF132";
    public const string UnknownName = "WF133";
    public const string ExpressionInKey = "WF134";
    public const string InvalidForEach = "WF135";
    public const string ExpressionTooLarge = "WF136";

    // Lint: what the outside must offer.
    public const string MissingSecret = "WF140";
    public const string BlockedHost = "WF141";
    public const string InlineSecret = "WF142";
    public const string ExpressionInCode = "WF143";

    // Lint: triggers.
    public const string InvalidCron = "WF150";
    public const string InvalidTimeZone = "WF151";
    public const string DuplicateTrigger = "WF152";
    public const string TriggerParameters = "WF153";

    // Lint: limits and policies.
    public const string SelfRecursion = "WF160";
    public const string RetryBounds = "WF170";
    public const string TimeoutBounds = "WF171";
    public const string UselessSetting = "WF172";

    // Parameters of a run.
    public const string InvalidParameter = "WF200";
}
