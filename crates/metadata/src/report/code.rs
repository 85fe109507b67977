use super::Severity;

macro_rules! codes {
    ($($variant:ident $code:literal $severity:ident,)*) => {
        /// Every kind of problem; the number behind it never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "their pages explain them")]
        pub enum Code { $($variant,)* }

        impl Code {
            /// `KON021`.
            #[must_use]
            pub fn number(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }

            /// How bad it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }
        }

        /// The long explanation of a diagnostic: what is wrong, why it matters, how to mend it. `code` is `KON021`, in
        /// any case; nothing for codes that do not exist.
        #[must_use]
        pub fn explain(code: &str) -> Option<&'static str> {
            match code.to_ascii_uppercase().as_str() {
                $($code => Some(include_str!(concat!("explain/", $code, ".md")).trim_ascii_end()),)*
                _ => None,
            }
        }

        /// Every code that exists, in order.
        #[must_use]
        pub fn codes() -> &'static [&'static str] {
            &[$($code,)*]
        }
    };
}

codes! {
    // The file as YAML
    Syntax "KON001" Error,
    Anchor "KON002" Error,
    Tag "KON003" Error,
    DuplicateKey "KON004" Error,
    SeveralDocuments "KON005" Error,
    NotAMapping "KON006" Error,
    Unreadable "KON007" Error,
    WrongPlace "KON008" Error,
    FileName "KON009" Error,
    // The shape of what stands in it
    UnknownKey "KON010" Error,
    WrongType "KON011" Error,
    MissingKey "KON012" Error,
    UnsupportedFormat "KON013" Error,
    // Packages
    MissingPackage "KON014" Error,
    UnknownPackage "KON015" Error,
    PackageCycle "KON016" Error,
    DuplicatePackage "KON017" Error,
    // Names
    ModuleName "KON018" Error,
    SnakeCase "KON019" Error,
    NameTooLong "KON020" Error,
    UnknownField "KON021" Error,
    DuplicateModule "KON022" Error,
    DuplicateField "KON023" Error,
    ReservedName "KON024" Error,
    ReservedSuffix "KON025" Error,
    DatabaseName "KON026" Error,
    TableClash "KON027" Error,
    TypeClash "KON028" Error,
    RootFieldClash "KON029" Error,
    FieldClash "KON030" Error,
    InverseClash "KON031" Error,
    // Fields
    UnknownType "KON032" Error,
    KeyNotForType "KON033" Error,
    MissingOptions "KON034" Error,
    EmptyOptions "KON035" Error,
    DuplicateOption "KON036" Error,
    OptionName "KON037" Error,
    BadDefault "KON038" Error,
    MinAboveMax "KON039" Error,
    BadLimit "KON040" Error,
    BadScale "KON041" Error,
    BadPattern "KON042" Error,
    BadAutonumber "KON043" Error,
    BadValue "KON044" Error,
    Contradiction "KON045" Error,
    UnknownOption "KON046" Error,
    // Relations and modules
    UnknownModule "KON047" Error,
    BadOnDelete "KON048" Error,
    UnknownTrait "KON049" Error,
    TraitConflict "KON050" Error,
    TraitWithoutModule "KON051" Error,
    RequiredCycle "KON052" Error,
    BadCopy "KON053" Error,
    UnknownConnection "KON054" Error,
    MissingTitle "KON055" Error,
    NoColumn "KON056" Error,
    RedundantIndex "KON057" Warning,
    ExpressionSyntax "KON058" Error,
    BadAccess "KON059" Error,
    LanguageTag "KON060" Error,
    MissingLanguage "KON061" Warning,
    CoreOnly "KON062" Error,
    PackageName "KON063" Error,
    NotRequired "KON064" Error,
    TooMany "KON065" Error,
    // Expressions
    ExpressionType "KON066" Error,
    UnknownFunction "KON067" Error,
    WrongArguments "KON068" Error,
    ComputeCycle "KON069" Error,
    NotInThisPlace "KON070" Error,
    // Personal data
    BadPerson "KON071" Error,
    BadOnErase "KON072" Error,
    NoNeutralValue "KON073" Error,
    PersonalLeak "KON074" Error,
    BadConsent "KON075" Error,
    BadRetention "KON076" Error,
    // Histories
    BadHistory "KON077" Error,
    // What was there before
    FormerNameInUse "KON090" Error,
    RemovedStillThere "KON091" Error,
    BadReplace "KON092" Error,
    BadBackfill "KON093" Error,
    // Conversions
    BadConversion "KON095" Error,
    // What values of JSON have to be like
    BadSchema "KON094" Error,
    // Found by `plan`, when the database is looked at
    ModuleVanished "KON100" Error,
    FieldVanished "KON101" Error,
    OptionVanished "KON102" Error,
    TypeChanged "KON103" Error,
    RequiredWithoutValue "KON104" Error,
    TwoSuccessors "KON105" Error,
    DuplicateValues "KON106" Error,
    // Extensions
    NotPrefixed "KON078" Error,
    AdjustConflict "KON079" Error,
    BadAdjustment "KON080" Error,
    BadPrefix "KON081" Error,
    ExtendsSystem "KON082" Error,
    WiderAccess "KON083" Error,
    DuplicateName "KON084" Error,
    TraitNotAdded "KON085" Error,
    LooserRequired "KON086" Error,
    LeakedField "KON087" Error,
}
